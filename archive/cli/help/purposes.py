"""The commands by what they are for, in the order in which they are shown, each with the line that tells it apart."""

from typing import Final

PURPOSES: Final[dict[str, dict[str, str]]] = {
    "Crawl": {
        "crawl": "Poll the lists of sites and fetch what is new, or due again.",
        "fetch": "Archive these addresses now.",
        "import": "Take in WARC files, articles as JSON, CSV or Parquet.",
        "sites": "Name the sites that can be crawled.",
    },
    "Read": {
        "search": "Find articles by words, fields, dates, states.",
        "saved": "Keep searches under a name, and hear what is new.",
        "show": "Show one article.",
        "raw": "Give a page as it was captured, or its WARC record.",
        "history": "Tell what happened to one article.",
        "changes": "List what publishers changed, took away, brought back.",
        "diff": "Show how two articles, revisions or captures differ.",
        "match": "Say whether a text is in the archive, and as what.",
        "sql": "Ask the archive in SQL, over views made for people.",
        "stats": "Count what the archive holds.",
        "serve": "Open the reading room: web pages and an API.",
    },
    "Stories": {
        "cluster": "Show a story's copies, and decide what belongs together.",
        "firsts": "Tell who was first with a story.",
        "edits": "Tell what each copy of a story changed.",
        "flows": "Tell who reprints whom, how fast, how whole.",
        "survivors": "List what is gone at its site, and which copies live.",
        "bisect": "Tell where a sentence first stood, and when it vanished.",
    },
    "Say": {
        "tag": "Give an article tags.",
        "tags": "List the tags.",
        "note": "Write a note on an article, or on its story.",
        "correct": "Correct a field of an article, for good.",
        "corrections": "List the corrections that are to be looked at again.",
        "withdraw": "Hide articles in every door, or erase them.",
    },
    "Export": {
        "export": "Seal what has changed, in files for programs.",
        "cite": "Cite articles: GB/T 7714, BibTeX, RIS, CSL-JSON.",
        "pack": "Pack articles with their captures (WACZ).",
        "evidence": "Pack articles with all that can be shown for them.",
        "cdx": "Index the captures for programs that replay them.",
    },
    "Look after": {
        "runs": "List the last runs, and all that went wrong in one.",
        "alarms": "List what left what is usual, and what to type next.",
        "health": "Tell how the archive is doing.",
        "doctor": "Find what keeps this machine from crawling.",
        "verify": "Hold records, rows and indexes against each other.",
        "backup": "Copy the archive, checked, into a home of its own.",
        "settings": "Show every setting that is in force.",
    },
    "Now and then": {
        "explain": "Show a page line by line: kept or stripped, and why.",
        "extract": "Read saved pages without an archive.",
        "site": "Try a site file on saved pages, or draft one.",
        "reextract": "Read stored captures anew by today's rules.",
        "recluster": "Group the archive anew by today's rules.",
        "bulk": "Read any number of WARC files into Parquet.",
        "rebuild": "Make the database anew from the WARC files.",
        "demo": "Show all of it at work on a made-up portal.",
        "db": "See, check and upgrade the database.",
    },
}
