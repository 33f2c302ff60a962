"""Pages for who has the token: what people say of articles, and what they decide of stories."""
