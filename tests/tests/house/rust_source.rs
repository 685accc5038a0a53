//! Rust source as a flat list of tokens: comments are gone, string literals are single tokens.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// What a token is, as far as the rules need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Word,
    Literal,
    Mark,
}

/// One token and the line where it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) text: String,
    pub(crate) line: usize,
}

/// The tokens of a file without its `#[cfg(test)]` items.
pub(crate) fn product_tokens(path: &str, text: &str) -> Vec<Token> {
    let stream: TokenStream = text.parse().unwrap_or_else(|error| panic!("{path} is not Rust: {error}"));
    let mut tokens = Vec::new();
    flatten(stream, &mut tokens);
    tokens
}

fn flatten(stream: TokenStream, tokens: &mut Vec<Token>) {
    let mut trees = stream.into_iter().peekable();
    while let Some(tree) = trees.next() {
        let is_attribute = matches!(&tree, TokenTree::Punct(mark) if mark.as_char() == '#');
        if is_attribute && trees.peek().is_some_and(is_cfg_test) {
            // the item ends with its body or its semicolon
            for part in trees.by_ref() {
                match part {
                    TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => break,
                    TokenTree::Punct(mark) if mark.as_char() == ';' => break,
                    _ => {}
                }
            }
            continue;
        }
        let line = tree.span().start().line;
        let (kind, text) = match tree {
            TokenTree::Group(group) => {
                flatten(group.stream(), tokens);
                continue;
            }
            TokenTree::Ident(word) => (Kind::Word, word.to_string()),
            TokenTree::Literal(literal) => (Kind::Literal, literal.to_string()),
            TokenTree::Punct(mark) => (Kind::Mark, mark.to_string()),
        };
        tokens.push(Token { kind, text, line });
    }
}

fn is_cfg_test(tree: &TokenTree) -> bool {
    let TokenTree::Group(group) = tree else { return false };
    group.delimiter() == Delimiter::Bracket && group.stream().to_string().replace(' ', "") == "cfg(test)"
}

#[test]
fn tests_and_comments_are_no_product_tokens() {
    let text =
        "/* a.unwrap() */ fn a() { b(\"c.unwrap()\") }\n#[cfg(test)]\n#[allow(x)]\nmod tests { fn d() {} }\nfn e() {}";
    let tokens = product_tokens("a.rs", text);
    let words: Vec<&str> = tokens.iter().filter(|token| token.kind == Kind::Word).map(|token| &*token.text).collect();
    assert_eq!(words, ["fn", "a", "b", "fn", "e"]);
    assert_eq!(tokens.last().map(|token| token.line), Some(5));
}
