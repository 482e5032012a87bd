//! Reads what a Rust source names.
//!
//! It works on tokens, so that paths in macro calls and in test code count like all others. It
//! follows `crate`, `self`, `super` and nested `use` trees, and resolves nothing else.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// What one source names and declares.
#[derive(Debug, Default)]
pub(crate) struct Source {
    pub(crate) names: Vec<Name>,
    /// Every module it declares, inline or in a file of its own.
    pub(crate) modules: Vec<Item>,
    /// Every function that it gives a body.
    pub(crate) bodies: Vec<Item>,
    /// `#[path]` and `include!`, which put code where its file does not show it.
    pub(crate) splices: Vec<Item>,
    /// Every identifier, once for each time that it stands there.
    pub(crate) identifiers: Vec<Item>,
}

/// One path, with all of a `use` tree multiplied out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) line: usize,
    pub(crate) path: Path,
}

/// Where a path starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Path {
    /// At the root of the source's own crate; empty if it is the root itself.
    InCrate(Vec<String>),
    /// Anywhere else: another crate, or something in scope.
    Elsewhere(Vec<String>),
}

/// A name and its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) line: usize,
    pub(crate) name: String,
}

impl Source {
    /// Reads `text`, the source of `module`, which is given from the crate root.
    ///
    /// # Errors
    ///
    /// Refuses what is not made of Rust tokens.
    pub(crate) fn read(text: &str, module: &[String]) -> Result<Self, String> {
        let stream: TokenStream = text.parse().map_err(|error| format!("{error}"))?;
        let mut source = Self::default();
        source.walk(stream, module);
        Ok(source)
    }

    fn walk(&mut self, stream: TokenStream, module: &[String]) {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at = match token {
                TokenTree::Group(group) => {
                    self.walk(group.stream(), module);
                    at + 1
                }
                TokenTree::Ident(_) => self.identifier(&tokens, at, module),
                TokenTree::Punct(punct) => {
                    if punct.as_char() == '#' && is_path_attribute(tokens.get(at + 1)) {
                        self.splices.push(item(token, "#[path]"));
                    }
                    at + 1
                }
                TokenTree::Literal(_) => at + 1,
            };
        }
    }

    /// Takes what starts with the identifier at `at`, and returns where the next thing starts.
    fn identifier(&mut self, tokens: &[TokenTree], at: usize, module: &[String]) -> usize {
        let word = identifier_of(tokens.get(at)).unwrap_or_default();
        let next = tokens.get(at + 1);
        let next_word = identifier_of(next);
        match (word.as_str(), next) {
            ("pub", Some(TokenTree::Group(group))) if is_visibility(group) => return at + 2,
            ("use", Some(_)) => return self.tree(tokens, at + 1, &[], true, module),
            ("mod", Some(token)) => {
                if let Some(name) = next_word {
                    self.modules.push(item(token, &name));
                    let Some(TokenTree::Group(body)) = tokens.get(at + 2) else {
                        return at + 2;
                    };
                    let inner: Vec<String> = module.iter().cloned().chain([name]).collect();
                    self.walk(body.stream(), &inner);
                    return at + 3;
                }
            }
            ("fn", Some(token)) => {
                if let Some(name) = next_word
                    && has_body(&tokens[at..])
                {
                    self.bodies.push(item(token, &name));
                }
            }
            ("include", Some(TokenTree::Punct(punct))) if punct.as_char() == '!' => {
                self.splices.push(item(&tokens[at], "include!"));
            }
            _other => {}
        }
        self.tree(tokens, at, &[], false, module)
    }

    /// Takes the path or `use` tree at `at`, which continues `prefix`, and returns its end.
    fn tree(
        &mut self,
        tokens: &[TokenTree],
        mut at: usize,
        prefix: &[String],
        in_use: bool,
        module: &[String],
    ) -> usize {
        let line = tokens.get(at).map_or(0, line_of);
        let mut path = prefix.to_vec();
        if is_path_separator(tokens, at) {
            at += 2;
        }
        loop {
            match tokens.get(at) {
                Some(token @ TokenTree::Ident(ident)) => {
                    let name = plain(&ident.to_string());
                    self.identifiers.push(item(token, &name));
                    path.push(name);
                    at += 1;
                }
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                    for part in parts(group) {
                        self.tree(&part, 0, &path, true, module);
                    }
                    return at + 1;
                }
                Some(TokenTree::Punct(punct)) if in_use && punct.as_char() == '*' => {
                    path.push("*".to_owned());
                    self.name(line, path, in_use, module);
                    return at + 1;
                }
                // `::<`, `::$x` and the like: the path as far as it goes.
                Some(TokenTree::Group(_) | TokenTree::Punct(_) | TokenTree::Literal(_)) | None => {
                    self.name(line, path, in_use, module);
                    return at;
                }
            }
            if !is_path_separator(tokens, at) {
                self.name(line, path, in_use, module);
                return at;
            }
            at += 2;
        }
    }

    fn name(&mut self, line: usize, mut path: Vec<String>, in_use: bool, module: &[String]) {
        if 1 < path.len() && path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        let is_lone = path.len() == 1 && !in_use;
        let path = match path.first().map(String::as_str) {
            None => return,
            Some("crate") => Path::InCrate(path.split_off(1)),
            Some("self") if is_lone => return,
            Some("self" | "super") => Path::InCrate(climb(module, &path)),
            Some(_) if is_lone => return,
            Some(_) => Path::Elsewhere(path),
        };
        self.names.push(Name { line, path });
    }
}

/// Resolves the `self` and `super` that `path` starts with, as seen from `module`.
fn climb(module: &[String], path: &[String]) -> Vec<String> {
    let mut resolved = module.to_vec();
    let mut rest = path;
    while let Some((first, after)) = rest.split_first() {
        match first.as_str() {
            "self" => {}
            "super" => drop(resolved.pop()),
            _name => break,
        }
        rest = after;
    }
    resolved.extend_from_slice(rest);
    resolved
}

/// Cuts the inside of `{a, b::{c, d}}` at its own commas.
fn parts(group: &Group) -> Vec<Vec<TokenTree>> {
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    let is_comma =
        |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
    tokens.split(is_comma).map(<[TokenTree]>::to_vec).collect()
}

/// Tells whether a function has a body, from its `fn` on: a brace comes before a semicolon.
fn has_body(tokens: &[TokenTree]) -> bool {
    let end = tokens.iter().find_map(|token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(true),
        TokenTree::Punct(punct) if punct.as_char() == ';' => Some(false),
        TokenTree::Group(_) | TokenTree::Punct(_) | TokenTree::Ident(_) | TokenTree::Literal(_) => {
            None
        }
    });
    end.unwrap_or(false)
}

/// Tells `pub(crate)`, `pub(super)` and `pub(in path)` from a field such as `pub (crate::T)`.
fn is_visibility(group: &Group) -> bool {
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    group.delimiter() == Delimiter::Parenthesis
        && (tokens.len() == 1 || identifier_of(tokens.first()).is_some_and(|word| word == "in"))
}

fn is_path_attribute(token: Option<&TokenTree>) -> bool {
    let Some(TokenTree::Group(group)) = token else {
        return false;
    };
    let mut tokens = group.stream().into_iter();
    let word = identifier_of(tokens.next().as_ref());
    let then = tokens.next();
    word.is_some_and(|word| word == "path")
        && matches!(then, Some(TokenTree::Punct(punct)) if punct.as_char() == '=')
}

fn is_path_separator(tokens: &[TokenTree], at: usize) -> bool {
    let is_colon = |token: Option<&TokenTree>| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    is_colon(tokens.get(at)) && is_colon(tokens.get(at + 1))
}

fn identifier_of(token: Option<&TokenTree>) -> Option<String> {
    match token {
        Some(TokenTree::Ident(ident)) => Some(plain(&ident.to_string())),
        Some(TokenTree::Group(_) | TokenTree::Punct(_) | TokenTree::Literal(_)) | None => None,
    }
}

fn plain(identifier: &str) -> String {
    identifier
        .strip_prefix("r#")
        .unwrap_or(identifier)
        .to_owned()
}

fn item(token: &TokenTree, name: &str) -> Item {
    Item {
        line: line_of(token),
        name: name.to_owned(),
    }
}

fn line_of(token: &TokenTree) -> usize {
    token.span().start().line
}
