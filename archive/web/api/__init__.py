"""The API: JSON behind the same queries as the pages and the commands' `--json`.

What an endpoint takes is declared once (`declared`): by it a request is read, and the OpenAPI document is written
(`document`).
"""
