"""The reading room: the archive as web pages and as an API, behind `jianbao serve`.

A request goes through `guard` (host, size, headers), is routed by `app`, and becomes a `visit.Visit`: the one argument
of every page. A page reads with one connection, in a thread; what is slow is bounded by `load`.

How a page is added:

1. `archive/web/pages/NAME.py` has `PAGES: Final = (Page(path="/name/{id:int}", name="name", view=view),)` and
   `def view(visit: Visit) -> Response`, which reads with `visit.connection` and ends with
   `return visit.render("name.html", found=…)`. `costly=True` for what may take more than a few milliseconds;
   `methods=("POST",)` for a form; `writes=True` for what changes the archive: the frame then asks for the token and
   for the form's own token, and `visit.connection` is a write transaction. After it `return visit.go("name", id=…)`.
2. `archive/web/pages/__init__.py` names the module in `EVERY`; `nav="more"` (or `"main"`) in the `Page` puts it into
   the navigation, under the word `nav.NAME`.
3. `templates/name.html` begins with `{% extends "base.html" %}` and fills the blocks `title` and `main`. Its words are
   `t("name.word", n=3)`, and stand in `words/NAME.toml` in Chinese and English. Links are `url("name", id=3, q="x")`:
   what is no part of the path becomes the query. Addresses of other people go through `outside(address, text)` of
   `parts.html`, which makes a link of http and https alone. Chinese text of articles stands in an element with
   `lang="zh"`. A form that writes has `{{ form_token() }}` in it.

What is shown is escaped and freed of control characters by the environment (`render`); no template says `|safe`. Style
stands in `static/style.css` alone: the policy allows no `style=` and no script. Numbers of an SVG are attributes.

An error is raised (`archive.errors`), never returned: `failures` makes a page or a problem of it.
"""
