//! One line of delimited text as cells.

/// The cells of a line; quotes may hold the separator.
pub fn cells(line: &str, separator: char) -> Vec<String> {
    let mut out = Vec::new();
    let mut cell = String::new();
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            c if c == separator && !quoted => out.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    out.push(cell);
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn quotes_hold_separators_and_quotes() {
        assert_eq!(
            super::cells(r#""a,b","c ""d""",e"#, ','),
            ["a,b", "c \"d\"", "e"]
        );
    }
}
