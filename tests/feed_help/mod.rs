//! A server with Prometheus's API that tells of a small shop: what it says of any instant follows from the instant
//! alone, so that what is followed can be compared with what there is. Written for these tests; it understands the
//! queries that [`plumbline::feed::prometheus`] asks and no others.

use serde_json::{Value, json};

/// Milliseconds of UTC.
pub type Millis = i64;

/// The server.
#[derive(Clone, Debug)]
pub struct Shop {
    /// How often it scrapes.
    pub every: Millis,
    /// How long after whole multiples of that.
    pub late: Millis,
    /// When the shop opened.
    pub born: Millis,
    /// When nothing was scraped, and after which counters began anew.
    pub down: Vec<(Millis, Millis)>,
    /// From when on the shop fails.
    pub ill: Option<Millis>,
    /// `Authorization` that is wanted.
    pub wants: Option<String>,
    /// Whether samples can be had as they were scraped.
    pub raw: bool,
    /// Times that every answer has a sample of, too, whatever was asked for: of a clock that is wrong.
    pub far: Vec<Millis>,
}

/// A series: labels, and its value so many seconds after the shop opened last and of the day.
type Of = (
    &'static str,
    &'static [(&'static str, &'static str)],
    fn(f64, f64) -> f64,
);

const SERIES: &[Of] = &[
    ("go_goroutines", &[("job", "shop")], |_, _| 12.0),
    (
        "http_request_duration_seconds_bucket",
        &[("job", "shop"), ("le", "0.05")],
        |a, _| (a * 14.0).floor(),
    ),
    (
        "http_request_duration_seconds_bucket",
        &[("job", "shop"), ("le", "0.1")],
        |a, _| (a * 17.0).floor(),
    ),
    (
        "http_request_duration_seconds_bucket",
        &[("job", "shop"), ("le", "0.5")],
        |a, _| (a * 19.5).floor(),
    ),
    (
        "http_request_duration_seconds_bucket",
        &[("job", "shop"), ("le", "+Inf")],
        |a, _| (a * 20.0).floor(),
    ),
    (
        "http_requests_total",
        &[("job", "shop"), ("code", "200"), ("instance", "shop:80")],
        |a, _| (a * 20.0).floor(),
    ),
    (
        "http_requests_total",
        &[("job", "shop"), ("code", "500"), ("instance", "shop:80")],
        |a, _| (a * 0.01).floor(),
    ),
    (
        "ml_drift_psi",
        &[("job", "shop"), ("column", "age")],
        |_, t| 0.1 + (t / 900.0).sin().abs() / 10.0,
    ),
    (
        "nginx_connections_active",
        &[("instance", "edge:9113")],
        |_, t| (40.0 + 20.0 * (t / 300.0).sin()).round(),
    ),
    (
        "node_cpu_seconds_total",
        &[("instance", "n1:9100"), ("cpu", "0"), ("mode", "idle")],
        |a, t| a * 0.6 + (t / 120.0).sin(),
    ),
    (
        "node_cpu_seconds_total",
        &[("instance", "n1:9100"), ("cpu", "0"), ("mode", "user")],
        |a, _| a * 0.4,
    ),
    (
        "node_memory_MemAvailable_bytes",
        &[("instance", "n1:9100")],
        |_, t| 4e9 + 1e9 * (t / 700.0).sin(),
    ),
    (
        "node_memory_MemTotal_bytes",
        &[("instance", "n1:9100")],
        |_, _| 8e9,
    ),
    (
        "node_network_receive_bytes_total",
        &[("instance", "n1:9100"), ("device", "eth0")],
        |a, t| (a * 125_000.0 + 2e6 * (t / 200.0).sin()).max(0.0).floor(),
    ),
    ("up", &[("job", "shop"), ("instance", "shop:80")], |_, _| {
        1.0
    }),
];

/// What a server answers.
#[derive(Clone, Debug)]
pub struct Told {
    /// Status.
    pub status: u16,
    /// Body.
    pub body: String,
}

impl Shop {
    /// A shop that has been open for so long.
    pub fn open_for(ms: Millis, now: Millis, every: Millis) -> Self {
        Self {
            every,
            late: 0,
            born: (now - ms).div_euclid(every) * every,
            down: Vec::new(),
            ill: None,
            wants: None,
            raw: true,
            far: Vec::new(),
        }
    }

    /// The times at which it scraped in `(from, to]`.
    pub fn times(&self, from: Millis, to: Millis) -> Vec<Millis> {
        let from = from.max(self.born - 1) - self.late;
        let first = from.div_euclid(self.every) * self.every + self.every + self.late;
        let all = (0..).map(|i| first + i * self.every);
        all.take_while(|t| *t <= to)
            .filter(|t| !self.down.iter().any(|(a, b)| (*a..*b).contains(t)))
            .collect()
    }

    fn value(&self, of: &Of, time: Millis) -> f64 {
        let again = self.down.iter().map(|d| d.1).filter(|b| *b <= time).max();
        let age = (time - again.unwrap_or(self.born)) as f64 / 1e3;
        let value = of.2(age, time as f64 / 1e3);
        let fails = of.0 == "http_requests_total" && of.1[1].1 == "500";
        match self.ill.filter(|ill| fails && time > *ill) {
            Some(ill) => value + ((time - ill) as f64 / 1e3 * 60.0).floor(),
            None => value,
        }
    }

    /// The samples of some metrics, as the API tells them.
    fn matrix(&self, names: &[&str], times: &[(Millis, Millis)]) -> Value {
        let wanted = SERIES.iter().filter(|s| names.contains(&s.0));
        let series = wanted.map(|of| {
            let mut metric: serde_json::Map<String, Value> =
                of.1.iter()
                    .map(|(n, v)| ((*n).to_owned(), json!(v)))
                    .collect();
            metric.insert("__name__".into(), json!(of.0));
            let sample = |(told, time): &(Millis, Millis)| {
                json!([*told as f64 / 1e3, self.value(of, *time).to_string()])
            };
            let far = self.far.iter().map(|far| (*far, *far));
            let mut times: Vec<(Millis, Millis)> = times.iter().copied().chain(far).collect();
            times.sort_unstable();
            json!({ "metric": metric, "values": times.iter().map(sample).collect::<Vec<_>>() })
        });
        let result: Vec<Value> = if times.is_empty() {
            Vec::new()
        } else {
            series.collect()
        };
        json!({ "status": "success", "data": { "resultType": "matrix", "result": result } })
    }

    /// When the last sample of `up` at each time was scraped.
    fn when(&self, times: &[(Millis, Millis)]) -> Value {
        let values: Vec<Value> = times
            .iter()
            .map(|(told, time)| json!([*told as f64 / 1e3, (*time as f64 / 1e3).to_string()]))
            .collect();
        let metric = json!({ "job": "shop", "instance": "shop:80" });
        let result = json!([{ "metric": metric, "values": values }]);
        json!({ "status": "success", "data": { "resultType": "matrix", "result": result } })
    }

    /// Answers a request.
    pub fn answer(
        &self,
        now: Millis,
        target: &str,
        body: &str,
        authorization: Option<&str>,
    ) -> Told {
        let told = |status, body: &Value| Told {
            status,
            body: body.to_string(),
        };
        if self
            .wants
            .as_deref()
            .is_some_and(|w| authorization != Some(w))
        {
            return told(401, &json!("Unauthorized"));
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let form = if query.is_empty() { body } else { query };
        let of = |name: &str| {
            let pairs = form.split('&').filter_map(|p| p.split_once('='));
            let found = pairs.clone().find(|(n, _)| *n == name);
            found.map(|(_, v)| decoded(v)).unwrap_or_default()
        };
        let millis = |name: &str| (of(name).parse::<f64>().unwrap_or(0.0) * 1e3).round() as Millis;
        let expression = of("query");
        let names = expression.split('"').nth(1).unwrap_or_default().to_owned();
        let names: Vec<&str> = names.split('|').collect();
        let inside = expression.rsplit_once('[').map_or("", |(_, rest)| rest);
        let inside = inside.trim_end_matches([')', ']']);
        let range: Millis = match inside.strip_suffix("ms") {
            Some(n) => n.parse().unwrap_or(0),
            None => inside.trim_end_matches('s').parse::<Millis>().unwrap_or(0) * 1_000,
        };
        let end = millis("time").min(now);
        match path.rsplit_once("/api/v1/").map(|(_, rest)| rest) {
            Some("label/__name__/values") => {
                let mut names: Vec<&str> = SERIES.iter().map(|s| s.0).collect();
                names.dedup();
                told(200, &json!({ "status": "success", "data": names }))
            }
            Some("metadata") => told(
                200,
                &json!({ "status": "success", "data": {
                    "ml_drift_psi": [{ "type": "gauge", "help": "", "unit": "" }],
                    "http_requests_total": [{ "type": "counter", "help": "", "unit": "" }],
                } }),
            ),
            Some("query") if !self.raw => told(
                422,
                &json!({ "status": "error", "errorType": "execution", "error": "no ranges here" }),
            ),
            Some("query") => {
                let times = self.times(end - range, end);
                let times: Vec<_> = times.into_iter().map(|t| (t, t)).collect();
                told(200, &self.matrix(&names, &times))
            }
            Some("query_range") => {
                let (start, end, step) = (millis("start"), millis("end"), millis("step").max(1));
                let points = (end - start) / step + 1;
                if points > 11_000 {
                    return told(
                        400,
                        &json!({ "status": "error", "errorType": "bad_data",
                            "error": "exceeded maximum resolution of 11,000 points per timeseries" }),
                    );
                }
                let when = expression == "timestamp(up)";
                let range = if when { 300_000 } else { range };
                let at = |i: Millis| {
                    let told = start + i * step;
                    let last = self.times(told - range, told.min(now)).pop()?;
                    Some((told, last))
                };
                let times: Vec<_> = (0..points).filter_map(at).collect();
                match when {
                    true => told(200, &self.when(&times)),
                    false => told(200, &self.matrix(&names, &times)),
                }
            }
            _ => told(404, &json!("404 page not found")),
        }
    }
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        bytes.push(match (first, after) {
            (b'%', [a, b, after @ ..]) => {
                rest = after;
                let digit = |b: &u8| char::from(*b).to_digit(16).unwrap_or(0) as u8;
                digit(a) * 16 + digit(b)
            }
            (b'+', _) => b' ',
            _ => *first,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
