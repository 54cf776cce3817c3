//! Plain words for a server that a page cannot read, with what mends it.
//!
//! What each server does by itself, read in its source: Prometheus allows every page unless `--web.cors.origin` is
//! narrowed, but its own sign-in answers the browser's question before a signed request with 401
//! (prometheus/exporter-toolkit#71). VictoriaMetrics and Thanos allow every page unless told not to. Mimir allows
//! none and expects a proxy in front of it.

use super::{Settings, SignIn, words};
use crate::feed::{Fault, Unreached, Way};

/// What a server most likely is, by where its API was found and the port that its makers gave it.
pub fn product(base: &str, prefix: usize) -> &'static str {
    let host = words::host(base);
    let port = host.rsplit_once(':').map_or("", |(_, port)| port);
    match (prefix, port) {
        (_, "8428" | "8427" | "8481") | (2, _) => "VictoriaMetrics",
        (_, "10902" | "10904" | "19192") => "Thanos",
        (_, "9009") | (1, _) => "Mimir",
        _ => "Prometheus",
    }
}

/// Whether a host is of the reader's own machine or network.
fn is_near(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let private = |name: &str| {
        name.starts_with("10.")
            || name.starts_with("192.168.")
            || name.strip_prefix("172.").is_some_and(|rest| {
                let second = rest.split('.').next().and_then(|n| n.parse::<u8>().ok());
                second.is_some_and(|n| (16..32).contains(&n))
            })
    };
    name == "localhost"
        || name.starts_with("127.")
        || name == "[::1]"
        || name.ends_with(".local")
        || private(name)
}

/// What it means that there was no answer, and what mends it.
pub fn unreached(
    name: &str,
    (base, prefix): (&str, usize),
    settings: &Settings,
    why: Unreached,
) -> Fault {
    let origin = match settings.origin.as_str() {
        "" | "null" => "*",
        origin => origin,
    };
    let secure = origin.starts_with("https:");
    match why {
        Unreached::Nobody => {
            let near = secure && is_near(&words::host(base));
            let mend = match near {
                true => {
                    "Check that it runs, and that this browser lets the page reach your own network: it asks for that once, and what was answered is in the site's settings."
                }
                false => "Check that it runs and that its address is right.",
            };
            Fault {
                mend: mend.into(),
                ..Fault::later(format!("{name} does not answer."))
            }
        }
        Unreached::Cors => Fault {
            ways: ways(product(base, prefix), origin, settings),
            ..Fault::never(
                format!("{name} answers, but does not allow this page to read it (CORS)."),
                cors(product(base, prefix), settings),
            )
        },
        Unreached::Mixed => Fault::never(
            format!("{name} is at http:, and a page from https: may not ask it."),
            "Put the server behind https:, or open this page from http: (for example with plumbline's files on http://localhost).",
        ),
        why => crate::feed::backoff::unreached(name, why),
    }
}

/// What it is about.
fn cors(product: &str, settings: &Settings) -> &'static str {
    match (product, &settings.sign_in) {
        ("Prometheus", SignIn::Basic { .. } | SignIn::Bearer { .. }) => {
            "Prometheus's own sign-in refuses the question that a browser asks before it signs in. Let a proxy in front of it ask for the password, and answer that question."
        }
        ("Prometheus", SignIn::None) if !settings.tenant.is_empty() => {
            "A tenant is named by a header that Prometheus and Thanos do not allow a page to send. Leave the tenant empty, or let a proxy in front of it allow that header."
        }
        ("Mimir", _) => "Mimir allows no page by itself; a proxy in front of it can.",
        _ => {
            "Start it so that it allows this page, or put a proxy in front of it that does. Then try again."
        }
    }
}

/// The settings that mend it, that of the likeliest server first.
fn ways(product: &str, origin: &str, settings: &Settings) -> Vec<Way> {
    let way = |at: &str, set: String| Way { at: at.into(), set };
    let nginx = way(
        "nginx in front of it",
        format!(
            "add_header Access-Control-Allow-Origin \"{origin}\" always;\nadd_header Access-Control-Allow-Headers \"Authorization, Content-Type, X-Scope-OrgID\" always;\nif ($request_method = OPTIONS) {{ return 204; }}"
        ),
    );
    let victoria = way("VictoriaMetrics", "leave out -http.disableCORS".into());
    let thanos = way("Thanos Query", "leave out --web.disable-cors".into());
    match product {
        "Prometheus" if settings.sign_in != SignIn::None || !settings.tenant.is_empty() => {
            vec![nginx]
        }
        "Prometheus" => vec![
            way(
                "Prometheus",
                format!("--web.cors.origin='{}'", pattern(origin)),
            ),
            victoria,
            thanos,
            nginx,
        ],
        "VictoriaMetrics" => vec![victoria, nginx],
        "Thanos" => vec![thanos, nginx],
        _ => vec![nginx],
    }
}

/// An origin as the pattern that Prometheus takes.
fn pattern(origin: &str) -> String {
    match origin {
        "*" => ".*".into(),
        origin => origin.replace('.', "\\."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::Again;

    #[test]
    fn a_refusal_names_the_flag_that_mends_it() {
        let settings = Settings {
            origin: "https://plumb.example".into(),
            ..Settings::default()
        };
        let ways = |base: &str, settings: &Settings| {
            let name = product(base, 0);
            let fault = unreached(name, (base, 0), settings, Unreached::Cors);
            assert_eq!(fault.again, Again::Never);
            fault.ways
        };
        let first = |base: &str| ways(base, &settings)[0].set.clone();
        assert_eq!(
            first("http://a:9090"),
            r"--web.cors.origin='https://plumb\.example'"
        );
        assert!(first("http://a:8428").contains("-http.disableCORS"));
        assert!(first("http://a:10902").contains("--web.disable-cors"));
        assert!(
            first("http://a:9009")
                .contains("Access-Control-Allow-Origin \"https://plumb.example\"")
        );
        let signed = Settings {
            sign_in: SignIn::Bearer {
                token: "secret".into(),
            },
            ..settings.clone()
        };
        assert_eq!(ways("http://a:9090", &signed).len(), 1);
        let tenant = Settings {
            tenant: "team-a".into(),
            ..settings.clone()
        };
        let words =
            |prefix| unreached("x", ("http://a:9090", prefix), &tenant, Unreached::Cors).mend;
        assert!(words(0).contains("Leave the tenant empty"));
        assert!(words(1).contains("Mimir allows no page"));
        assert!(
            ways("http://a:9090", &tenant)[0]
                .set
                .contains("X-Scope-OrgID")
        );
        let near = ("http://192.168.1.4:9090", 0);
        let nobody = unreached("x", near, &settings, Unreached::Nobody);
        assert!(nobody.mend.contains("your own network"));
        assert!(is_near("172.16.0.1:1") && !is_near("172.32.0.1") && !is_near("example.org"));
        assert!(!format!("{signed:?}").contains("secret"));
    }
}
