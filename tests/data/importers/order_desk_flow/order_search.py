from promptflow import tool
@tool
def order_search(query: str) -> dict:
    return {"items": [{"name": query}]}
