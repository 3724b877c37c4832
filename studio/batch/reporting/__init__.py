"""What a batch shows, told to people: sentences, tables and figures as a page, Markdown, records or a notebook.

`claims` says in words what `analysing` concluded, `report` gathers what a report holds, and the others set it."""
