//! The design tokens of the page, read from its own style sheet, so that page and charts share one source.

use plotters::style::RGBColor;
use std::collections::BTreeMap;
use std::sync::OnceLock;

const TOKENS: &str = include_str!("../../style/tokens.css");

/// Both themes.
#[derive(Clone, Debug)]
pub struct Theme {
    /// Dark on light.
    pub light: Colours,
    /// Light on dark.
    pub dark: Colours,
}

/// Hues for lines and classes, in order of use.
pub const PALETTE: usize = 6;

macro_rules! colours {
    ($($field:ident: $token:literal, $doc:literal;)*) => {
        /// The colours of one theme.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Colours {
            $(#[doc = $doc] pub $field: RGBColor,)*
            /// Hues that stay apart for every kind of colour vision.
            pub palette: [RGBColor; PALETTE],
            /// How much of an interval's area shows, 0 to 1.
            pub band_opacity: f64,
            /// How much of a histogram's area shows, 0 to 1.
            pub fill_opacity: f64,
            /// The page's font stack.
            pub font: &'static str,
        }

        #[cfg(test)]
        const FIELDS: &[&str] = &[$($token),*];

        impl Colours {
            fn from_tokens(tokens: &Tokens) -> Self {
                Self {
                    $($field: colour(tokens, $token),)*
                    palette: std::array::from_fn(|i| colour(tokens, &format!("cat-{}", i + 1))),
                    band_opacity: share(tokens, "band-opacity"),
                    fill_opacity: share(tokens, "fill-opacity"),
                    font: tokens.get("font").copied().unwrap_or("sans-serif"),
                }
            }
        }
    };
}

colours! {
    surface: "surface", "The card that a chart lies on.";
    text: "text", "Text of first rank.";
    text_2: "text-2", "Text of second rank.";
    text_3: "text-3", "Ticks.";
    line: "line", "The grid.";
    line_2: "line-2", "The axis.";
    line_3: "line-3", "Lines that must be seen on their own.";
    accent: "accent", "What can be acted upon.";
    good: "good", "A change for the better.";
    warn: "warn", "A change to look at.";
    bad: "bad", "A change for the worse.";
    baseline: "baseline", "What others are compared with.";
    baseline_soft: "baseline-soft", "The period of the baseline.";
    neutral: "neutral", "What has no side.";
    neutral_soft: "neutral-soft", "Area of what has no side.";
}

type Tokens = BTreeMap<&'static str, &'static str>;

/// The themes of `style/tokens.css`.
#[must_use]
pub fn theme() -> &'static Theme {
    static THEME: OnceLock<Theme> = OnceLock::new();
    THEME.get_or_init(|| {
        let light = block(":root {");
        let mut dark = light.clone();
        dark.extend(block("[data-theme=\"dark\"] {"));
        Theme {
            light: Colours::from_tokens(&light),
            dark: Colours::from_tokens(&dark),
        }
    })
}

/// The custom properties of the first block that a line opens with `head`.
fn block(head: &str) -> Tokens {
    let body = TOKENS
        .split_once(&format!("\n{head}"))
        .map_or("", |(_, rest)| {
            rest.split_once("\n}").map_or(rest, |(body, _)| body)
        });
    properties(body)
}

fn properties(body: &'static str) -> Tokens {
    body.lines()
        .filter_map(|line| line.trim().strip_prefix("--")?.split_once(':'))
        .map(|(name, value)| (name, value.trim().trim_end_matches(';')))
        .collect()
}

/// A colour, or a middle grey where the sheet has none (a test holds it to have all).
fn colour(tokens: &Tokens, name: &str) -> RGBColor {
    tokens
        .get(name)
        .and_then(|text| hex(text))
        .unwrap_or(RGBColor(128, 128, 128))
}

fn hex(text: &str) -> Option<RGBColor> {
    let digits = text.strip_prefix('#').filter(|d| d.len() == 6)?;
    let [_, r, g, b] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
    Some(RGBColor(r, g, b))
}

fn share(tokens: &Tokens, name: &str) -> f64 {
    tokens
        .get(name)
        .and_then(|text| text.parse().ok())
        .unwrap_or(0.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(c: RGBColor) -> f64 {
        let linear = |v: u8| {
            let v = f64::from(v) / 255.0;
            if v <= 0.040_45 {
                v / 12.92
            } else {
                ((v + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(c.0) + 0.7152 * linear(c.1) + 0.0722 * linear(c.2)
    }

    /// WCAG 2.2, contrast ratio.
    fn contrast(a: RGBColor, b: RGBColor) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn themes() -> [(&'static str, Tokens); 2] {
        let light = block(":root {");
        let mut dark = light.clone();
        dark.extend(block("[data-theme=\"dark\"] {"));
        [("light", light), ("dark", dark)]
    }

    #[test]
    fn every_token_stands_in_both_themes() {
        let (light, dark) = (block(":root {"), block("[data-theme=\"dark\"] {"));
        for (name, value) in &light {
            if value.starts_with('#') || name.ends_with("opacity") || name.starts_with("shadow") {
                assert!(dark.contains_key(name), "--{name} is not in the dark theme");
            }
        }
        for name in dark.keys() {
            assert!(
                light.contains_key(name),
                "--{name} is not in the light theme"
            );
        }
        for name in FIELDS {
            assert!(hex(light[name]).is_some(), "--{name} is not #rrggbb");
            assert!(hex(dark[name]).is_some(), "--{name} is not #rrggbb");
        }
    }

    #[test]
    fn the_two_dark_themes_are_the_same() {
        let (_, media) = TOKENS.split_once("(prefers-color-scheme: dark)").unwrap();
        let (media, chosen) = media.split_once("\n}").unwrap();
        let chosen = chosen.split_once("\n}").unwrap().0;
        assert_eq!(properties(media), properties(chosen));
        assert!(properties(media).len() > 30);
    }

    #[test]
    fn text_and_lines_have_contrast() {
        for (theme, tokens) in themes() {
            let get = |name: &str| hex(tokens[name]).unwrap();
            let check = |front: &str, back: &str, least: f64| {
                let found = contrast(get(front), get(back));
                assert!(found >= least, "{theme}: --{front} on --{back}: {found:.2}");
            };
            for back in ["bg", "surface", "surface-2", "overlay"] {
                for front in ["text", "text-2", "text-3", "accent", "good", "warn", "bad"] {
                    check(front, back, 4.5);
                }
            }
            for hue in ["accent", "good", "warn", "bad"] {
                check(hue, &format!("{hue}-soft"), 4.5);
            }
            check("on-accent", "accent", 4.5);
            for front in [
                "line-3", "baseline", "neutral", "focus", "cat-1", "cat-2", "cat-3", "cat-4",
                "cat-5", "cat-6",
            ] {
                check(front, "surface", 3.0);
            }
        }
    }
}
