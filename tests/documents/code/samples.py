"""A small file in each language whose code is taken apart."""

from __future__ import annotations

SAMPLES = {
    "python": '''\
import os
LIMIT = 3
# Says hello
# twice.
@decorated(1)
def hello(a,
          b):
    """Say hi."""
    return os.path.join(a, LIMIT)

class Cart(Base, mod.Other):
    """A cart."""
    size = 3

    @property
    async def total(self):
        def inner(): pass
        return hello(self.items())
''',
    "javascript": """\
import x from "y";
/** Adds. */
export function add(a, b) { return sum(a, b); }
const mul = (a, b) => a.times(b);
export class Foo extends Bar { constructor(x) { super(x); } run() { return new Baz(1).go(); } handler = () => { q() } }
const z = 3;
""",
    "typescript": """\
export interface Shape extends Base { area(): number; }
export abstract class Square implements Shape { private n: Size; area(): number { return calc<number>(this.n); }
  abstract foo(): void; }
type A = Foo | Bar;
enum E { A }
namespace N { export function f(x: Shape): Square { return new Square(x) } }
export const go = async (x: A) => { await f(x) };
declare function ext(a: string): void;
""",
    "go": """\
package main
import "fmt"
// Point is.
type Point struct { X int; Next *Point }
type (
  I interface { Do(x int) error }
)
func (p *Point) Move(dx int) error { return fmt.Errorf("x", helper(dx)) }
func main() { p := Point{}; p.Move(1) }
""",
    "rust": """\
/// A point.
pub struct Point { x: i32 }
impl Point { pub fn new(x: i32) -> Self { helper(x); Point { x } } }
impl Shape for Point { fn area(&self) -> f64 { self.x.abs(); println!("x"); 0.0 } }
trait Shape { fn area(&self) -> f64; }
mod inner { fn f() { super::g::<u8>(1) } }
macro_rules! m { () => {} }
enum E { A }
""",
    "java": """\
package a;
/** Doc. */
public class Cart extends Base implements Thing {
  public Cart(int n) { super(n); }
  @Override
  public int total(List<Item> items) { return helper.sum(items) + new Foo(1).bar(); }
  interface In { void x(); }
}
record R(int a) {}
enum E { A, B }
""",
    "c": """\
#include <x.h>
#define MAX(a,b) ((a)>(b))
typedef struct node { int v; struct node *next; } node_t;
struct point p;
/* adds */
static int *add(int a, node_t *b) { return helper(a, b->fn(1)); }
int declared(int x);
enum color { RED };
""",
    "cpp": """\
namespace shop {
template <typename T>
class Cart : public Base<T> {
 public:
  Cart(int n);
  ~Cart() {}
  int total() const;
  int inline_one() { return calc(1); }
};
int Cart::total() const { return std::max(1, obj.get<int>(2)); }
using Alias = Cart<int>;
bool operator==(const A& a, const B& b) { return true; }
}
""",
    "tsx": """\
export const Button = (props: Props) => <button onClick={() => press(props.id)}>{props.text}</button>;
""",
}

TREE = {
    "shop/cart.py": '''"""The cart."""

from shop.price import add_vat, round_price


class Cart:
    """What somebody wants to buy."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.rows: list[tuple[str, int]] = []

    def total_price(
        self,
        with_vat: bool = True,
    ) -> int:
        """Return the price of all rows."""
        total = sum(price for _, price in self.rows)
        return round_price(add_vat(total)) if with_vat else total

    def _drop(self) -> None:
        self.rows.clear()
''',
    "shop/price.py": """def add_vat(amount: int) -> float:
    return amount * 1.19


def round_price(amount: float) -> int:
    return round(amount)
""",
    "shop/report.py": """from shop.cart import Cart


def build_summary(cart: Cart) -> str:
    return f"{cart.owner}: {cart.total_price()} or {cart.total_price(with_vat=False)}"
""",
    "main.py": """from shop.cart import Cart
from shop.report import build_summary

cart = Cart("Ann")
print(build_summary(cart), cart.total_price())
""",
    "web/client.ts": """export interface CartRow { name: string; price: number }

export class CartClient {
  constructor(private base: string) {}

  async fetchRows(): Promise<CartRow[]> {
    return parseRows(await get(this.base));
  }
}

export function parseRows(text: string): CartRow[] {
  return JSON.parse(text);
}
""",
    "web/page.tsx": """import { CartClient } from "./client";

export const Page = () => {
  const client = new CartClient("/api");
  client.fetchRows();
  return <p>Cart</p>;
};
""",
    "tools/count.go": """package tools

// RowCount says how many rows there are.
func RowCount(rows []string) int {
\treturn len(rows)
}

func report(rows []string) int { return RowCount(rows) }
""",
    "README.md": "# Shop\n",
}
"""A small repository in several languages. Paths to texts."""
