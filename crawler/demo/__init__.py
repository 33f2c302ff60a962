"""The demo portal: NetEase, Sohu and three mirrors with invented articles, behind a proxy on loopback."""
