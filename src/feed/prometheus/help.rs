//! Plain words for a server that a page cannot read, with what mends it.
//!
//! What each server does by itself, read in its source: Prometheus allows every page unless `--web.cors.origin` is
//! narrowed, but its own sign-in answers the browser's question before a signed request with 401
//! (prometheus/exporter-toolkit#71). VictoriaMetrics and Thanos allow every page unless told not to. Mimir allows
//! none and expects a proxy in front of it.

use super::{Settings, SignIn, words};
use crate::feed::{Fault, Unreached};

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
pub fn unreached(name: &str, base: &str, settings: &Settings, why: Unreached) -> Fault {
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
        Unreached::Cors => Fault::never(
            format!("{name} answers, but does not allow this page to read it (CORS)."),
            cors(product(base, 0), origin, &settings.sign_in),
        ),
        Unreached::Mixed => Fault::never(
            format!("{name} is at http:, and a page from https: may not ask it."),
            "Put the server behind https:, or open this page from http: (for example with plumbline's files on http://localhost).",
        ),
        why => crate::feed::backoff::unreached(name, why),
    }
}

/// The setting that mends it.
fn cors(product: &str, origin: &str, sign_in: &SignIn) -> String {
    let signed = *sign_in != SignIn::None;
    let proxy = format!(
        "In nginx in front of it: add_header Access-Control-Allow-Origin {origin} always; add_header Access-Control-Allow-Headers \"Authorization, Content-Type, X-Scope-OrgID\" always; if ($request_method = OPTIONS) {{ return 204; }}"
    );
    match product {
        "Prometheus" if signed => format!(
            "Prometheus's own sign-in refuses the question that a browser asks before it signs in. Let a proxy ask for the password instead. {proxy}"
        ),
        "Prometheus" => format!(
            "Start Prometheus with --web.cors.origin='{}'. If it is another server: VictoriaMetrics without -http.disableCORS, Thanos without --web.disable-cors. {proxy}",
            pattern(origin)
        ),
        "VictoriaMetrics" => format!("Start VictoriaMetrics without -http.disableCORS. {proxy}"),
        "Thanos" => format!("Start Thanos Query without --web.disable-cors. {proxy}"),
        _ => format!("Mimir allows no page by itself. {proxy}"),
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
        let mend = |base: &str, settings: &Settings| {
            let name = product(base, 0);
            let fault = unreached(name, base, settings, Unreached::Cors);
            assert_eq!(fault.again, Again::Never);
            fault.mend
        };
        let prometheus = mend("http://a:9090", &settings);
        assert!(
            prometheus.contains(r"--web.cors.origin='https://plumb\.example'"),
            "{prometheus}"
        );
        assert!(mend("http://a:8428", &settings).contains("without -http.disableCORS"));
        assert!(mend("http://a:10902", &settings).contains("without --web.disable-cors"));
        assert!(
            mend("http://a:9009", &settings)
                .contains("Access-Control-Allow-Origin https://plumb.example")
        );
        let signed = Settings {
            sign_in: SignIn::Bearer {
                token: "secret".into(),
            },
            ..settings.clone()
        };
        assert!(mend("http://a:9090", &signed).contains("own sign-in"));
        let nobody = unreached("x", "http://192.168.1.4:9090", &settings, Unreached::Nobody);
        assert!(nobody.mend.contains("your own network"));
        assert!(is_near("172.16.0.1:1") && !is_near("172.32.0.1") && !is_near("example.org"));
        assert!(!format!("{signed:?}").contains("secret"));
    }
}
