from promptflow.core import tool
import json


@tool
def answer(order_search, product_info, greeting: str) -> str:
    """Choose what was found."""
    return greeting + " " + json.dumps(order_search or product_info)
