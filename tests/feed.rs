//! A live source is followed without loss: whatever fails on the way, what has grown in the end is what one look at
//! the whole gives.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod feed_help;

use feed_help::Shop;
use plumbline::feed::live::{Connection, Live, Order};
use plumbline::feed::prometheus::{Settings, SignIn};
use plumbline::feed::{
    Again, Answer, Ask, BackOff, Came, Carrier, Fault, Feed, Instant, Next, Piece, SECOND, Source,
    State, Todo, Unreached,
};
use plumbline::series::known::machine_in;
use plumbline::series::read::answered;
use plumbline::series::{Machine, SeriesSet};
use proptest::prelude::*;

const BEGIN: Instant = 1_795_600_000 * SECOND;

/// What becomes of a request.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Answered,
    Nobody,
    Busy,
    Slow,
    Cut,
    Twice,
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        6 => Just(Fate::Answered),
        1 => Just(Fate::Nobody),
        1 => Just(Fate::Busy),
        1 => Just(Fate::Slow),
        1 => Just(Fate::Cut),
        1 => Just(Fate::Twice),
    ]
}

fn settings(back: i64, every: i64) -> Settings {
    Settings {
        url: "shop.example:9090".into(),
        back: back * SECOND,
        every: every * SECOND,
        ..Settings::default()
    }
}

/// The answer of a shop at an instant.
fn answer(shop: &Shop, now: Instant, ask: &Ask) -> Answer {
    assert_eq!(ask.carrier, Carrier::Whole);
    let target = ask.url.strip_prefix("http://shop.example:9090").unwrap();
    let signed = ask.headers.iter().find(|h| h.0 == "Authorization");
    let body = String::from_utf8(ask.body.clone()).unwrap();
    let told = shop.answer(now / 1_000, target, &body, signed.map(|h| h.1.as_str()));
    Answer {
        status: told.status,
        headers: Vec::new(),
        body: told.body.into_bytes(),
    }
}

/// Follows a shop for so many seconds; each request has its fate, and takes its time.
struct Run {
    live: Live,
    now: Instant,
    asked: Vec<String>,
}

impl Run {
    fn of(connection: Connection) -> Self {
        Self {
            live: Live::new(connection),
            now: BEGIN,
            asked: Vec::new(),
        }
    }

    fn go(&mut self, shop: &Shop, until: Instant, mut fates: impl Iterator<Item = Fate>) {
        while self.now < until {
            match self.live.next(self.now, 0.5) {
                Todo::Wait(at) => self.now = at.unwrap_or(until).clamp(self.now + 1, until),
                Todo::Ask(id, ask) => {
                    self.asked.push(ask.url.clone());
                    let came = Came::Answer(answer(shop, self.now, &ask));
                    self.now += 20_000;
                    let mut take = |came| self.live.came(self.now, 0.5, id, came);
                    match fates.next().unwrap_or(Fate::Answered) {
                        Fate::Answered => take(came),
                        Fate::Twice => {
                            take(came.clone());
                            take(came);
                        }
                        Fate::Nobody => take(Came::Failed(Unreached::Nobody)),
                        Fate::Busy => take(Came::Answer(Answer {
                            status: 503,
                            headers: vec![("Retry-After".into(), "3".into())],
                            body: Vec::new(),
                        })),
                        Fate::Slow => {
                            // Patience ends, and what comes then is late.
                            self.now += 61 * SECOND;
                            let _ = self.live.next(self.now, 0.5);
                            self.live.came(self.now, 0.5, id, came);
                        }
                        Fate::Cut => take(Came::Answer(Answer {
                            status: 200,
                            body: b"{\"status\":\"succ".to_vec(),
                            headers: Vec::new(),
                        })),
                    }
                }
            }
        }
    }
}

/// All that a shop has to say in a time, looked at once.
fn whole(shop: &Shop, (from, to): (Instant, Instant), names: &str, run: &mut Machine) -> Machine {
    let query = format!("{{__name__=~\"{names}\"}}[{}ms]", (to - from) / 1_000);
    let target = format!("/api/v1/query?query={query}&time={}", to as f64 / 1e6);
    let told = shop.answer(to / 1_000, &target, "", None);
    let mut set = SeriesSet::default();
    let value = serde_json::from_str(&told.body).unwrap();
    answered("shop.example:9090", &value, &mut set).unwrap();
    machine_in(&set, run.step)
}

const FOLLOWED: &str = "http_request_duration_seconds_bucket|http_requests_total|nginx_connections_active|node_cpu_seconds_total|node_memory_MemAvailable_bytes|node_memory_MemTotal_bytes|node_network_receive_bytes_total|up";

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn no_poll_is_lost_and_none_counts_twice(
        fates in prop::collection::vec(fate(), 0..120),
        down in 60_i64..900,
        out in 40_i64..400,
    ) {
        let mut shop = Shop::open_for(7_200_000, BEGIN / 1_000, 15_000);
        let from = BEGIN / 1_000 + down * 1_000;
        shop.down.push((from, from + out * 1_000));
        let mut run = Run::of(Connection::Prometheus(settings(1_800, 15)));
        let end = BEGIN + 3_600 * SECOND;
        run.go(&shop, end, fates.into_iter());
        let news = run.live.news(run.now).unwrap();
        prop_assert_eq!(news.status.state, State::Following);
        let mut grown = run.live.machine().unwrap();
        let last = grown.span.unwrap().1;
        // The last poll is no older than a pace and a rest.
        prop_assert!(end - last < 31 * SECOND, "{} s behind", (end - last) / SECOND);
        let whole = whole(&shop, (BEGIN - 1_800 * SECOND, last), FOLLOWED, &mut grown);
        prop_assert_eq!(&grown.signals, &whole.signals);
        prop_assert_eq!(&grown.restarts, &whole.restarts);
        // A time without scrapes is told where it is longer than three paces.
        let longest = shop.times(from - 30_000, from + out * 1_000 + 30_000).windows(2).map(|p| p[1] - p[0]).max();
        prop_assert_eq!(news.gaps.len(), usize::from(longest.unwrap_or(0) > 45_000), "{:?}", news.gaps);
    }
}

#[test]
fn a_long_look_back_is_asked_for_in_pieces_that_a_server_gives() {
    let shop = Shop::open_for(40 * 86_400_000, BEGIN / 1_000, 15_000);
    let mut run = Run::of(Connection::Prometheus(settings(30 * 86_400, 15)));
    run.go(&shop, BEGIN + 300 * SECOND, std::iter::empty());
    let ranges = run
        .asked
        .iter()
        .filter(|u| u.contains("query_range"))
        .count();
    assert!((1..40).contains(&ranges), "{ranges} ranges");
    let machine = run.live.machine().unwrap();
    let (from, to) = machine.span.unwrap();
    assert!(to - from > 29 * 86_400 * SECOND);
    let requests = machine
        .signals
        .iter()
        .find(|s| s.source == "http_requests_total")
        .unwrap();
    let (a, b) = requests.cells.ends().unwrap();
    let rate = requests.cells.total(a, b).unwrap();
    assert!((rate - 20.01).abs() < 0.1, "{rate} requests a second");
    // No step is missing.
    for number in a..b {
        assert!(
            requests.cells.total(number, number + 1).is_some(),
            "{number}"
        );
    }
}

#[test]
fn where_a_look_back_meets_what_follows_no_rise_is_dated_wrong() {
    // Scrapes lie 11 s after whole minutes; points of the look back lie on whole steps.
    let mut shop = Shop::open_for(9 * 86_400_000, BEGIN / 1_000, 60_000);
    shop.late = 11_000;
    let mut run = Run::of(Connection::Prometheus(settings(7 * 86_400, 60)));
    run.go(&shop, BEGIN + 7_200 * SECOND, std::iter::empty());
    assert!(run.asked.iter().any(|u| u.contains("timestamp%28up%29")));
    let machine = run.live.machine().unwrap();
    let requests = machine.signals.iter();
    let mut requests = requests.filter(|s| s.source == "http_requests_total");
    let requests = requests.next().unwrap();
    let (a, b) = requests.cells.ends().unwrap();
    for number in a + 1..b - 1 {
        let rate = requests.cells.total(number, number + 1).unwrap();
        assert!(
            (rate - 20.01).abs() < 0.01,
            "{number} of {a} to {b}: {rate}"
        );
    }
}

#[test]
fn a_server_without_raw_samples_is_asked_for_ranges_and_a_gap_stays_one() {
    let mut shop = Shop::open_for(7_200_000, BEGIN / 1_000, 15_000);
    shop.raw = false;
    let from = BEGIN / 1_000 - 600_000;
    shop.down.push((from, from + 240_000));
    let mut run = Run::of(Connection::Prometheus(settings(1_800, 15)));
    run.go(&shop, BEGIN + 120 * SECOND, std::iter::empty());
    let machine = run.live.machine().unwrap();
    let requests = machine
        .signals
        .iter()
        .find(|s| s.source == "http_requests_total")
        .unwrap();
    let step = machine.step;
    let within = step.of((from + 120_000) * 1_000);
    assert_eq!(requests.cells.total(within, within + 1), None);
    assert!(requests.cells.total(within - 5, within - 4).is_some());
    assert_eq!(run.live.news(run.now).unwrap().status.failed, 0);
}

#[test]
fn what_is_dated_far_from_what_was_asked_for_is_set_aside_from_the_first_poll_on() {
    for raw in [true, false] {
        let look = |far: &[i64]| {
            // The first poll has one scrape.
            let mut shop = Shop::open_for(1, BEGIN / 1_000, 15_000);
            (shop.raw, shop.far) = (raw, far.to_vec());
            let mut run = Run::of(Connection::Prometheus(settings(60, 15)));
            run.go(&shop, BEGIN + 600 * SECOND, std::iter::empty());
            let news = run.live.news(run.now).unwrap();
            (run.live.machine().unwrap(), news)
        };
        let (clean, told) = look(&[]);
        assert!(clean.span.unwrap().1 > BEGIN + 570 * SECOND);
        // The year 2200, 1970, both, and three hours ahead.
        let ahead = BEGIN / 1_000 + 3 * 3_600_000;
        for far in [
            vec![7_258_118_400_000],
            vec![0],
            vec![0, 7_258_118_400_000],
            vec![ahead],
        ] {
            let (machine, news) = look(&far);
            assert_eq!(machine.signals, clean.signals, "{far:?}");
            assert_eq!(machine.span, clean.span, "{far:?}");
            assert_eq!((news.gaps, news.samples), (told.gaps.clone(), told.samples));
            let said = |n: &&String| n.contains("dated far from all others, such as ");
            assert_eq!(machine.notes.iter().filter(said).count(), 1, "{far:?}");
        }
    }
}

#[test]
fn a_password_is_sent_and_told_nowhere() {
    let mut shop = Shop::open_for(3_600_000, BEGIN / 1_000, 15_000);
    shop.wants = Some("Basic bWU6c2VjcmV0".into());
    let mut with = settings(600, 15);
    let mut run = Run::of(Connection::Prometheus(with.clone()));
    run.go(&shop, BEGIN + 60 * SECOND, std::iter::empty());
    let news = run.live.news(run.now).unwrap();
    assert_eq!(news.status.state, State::Stuck);
    assert!(news.status.fault.unwrap().mend.contains("password"));
    assert_eq!(news.status.asked, 1, "it is not asked again by itself");
    with.sign_in = SignIn::Basic {
        user: "me".into(),
        password: "secret".into(),
    };
    let mut run = Run::of(Connection::Prometheus(with.clone()));
    run.go(&shop, BEGIN + 60 * SECOND, std::iter::empty());
    let news = run.live.news(run.now).unwrap();
    assert_eq!(news.status.state, State::Following);
    assert!(!format!("{news:?}{with:?}{:?}", run.asked).contains("secret"));
}

#[test]
fn what_is_chosen_later_is_looked_back_on_too() {
    let shop = Shop::open_for(7_200_000, BEGIN / 1_000, 15_000);
    let mut run = Run::of(Connection::Prometheus(settings(1_800, 15)));
    run.go(&shop, BEGIN + 120 * SECOND, std::iter::empty());
    let offers = run.live.news(run.now).unwrap().offers;
    let other = offers.iter().find(|o| o.title == "Other metrics").unwrap();
    assert!(!other.chosen);
    let order = Order::Choose(vec![other.id.clone()]);
    run.live.order(run.now, &order);
    run.go(&shop, BEGIN + 300 * SECOND, std::iter::empty());
    let mut machine = run.live.machine().unwrap();
    let last = machine.span.unwrap().1;
    let whole = whole(
        &shop,
        (BEGIN - 1_800 * SECOND, last),
        "ml_drift_psi",
        &mut machine,
    );
    assert_eq!(machine.signals.len(), 1);
    assert_eq!(machine.signals, whole.signals);
}

/// Ten thousand polls of a shop with all that can go wrong.
#[test]
fn a_long_run_takes_no_more_room_and_loses_nothing() {
    let mut shop = Shop::open_for(3_600_000, BEGIN / 1_000, 15_000);
    for i in 1..40 {
        let at = BEGIN / 1_000 + i * 3_600_000;
        shop.down.push((at, at + 120_000));
    }
    let mut run = Run::of(Connection::Prometheus(settings(900, 15)));
    let end = BEGIN + 10_000 * 15 * SECOND;
    let all = [
        Fate::Answered,
        Fate::Answered,
        Fate::Answered,
        Fate::Answered,
        Fate::Cut,
        Fate::Answered,
        Fate::Twice,
        Fate::Busy,
    ];
    run.go(&shop, end, all.into_iter().cycle());
    let news = run.live.news(run.now).unwrap();
    assert!(news.status.answered > 7_000, "{:?}", news.status);
    let mut grown = run.live.machine().unwrap();
    let last = grown.span.unwrap().1;
    let whole = whole(&shop, (BEGIN - 900 * SECOND, last), FOLLOWED, &mut grown);
    assert_eq!(grown.signals, whole.signals);
    assert!(run.live.held() < 2_000, "{} samples held", run.live.held());
}

// --- The machine around a source. ---

/// A source that asks every ten seconds, or listens.
struct Bell {
    carrier: Carrier,
    next: Instant,
    lost: usize,
}

impl Source for Bell {
    fn name(&self) -> String {
        "bell".into()
    }

    fn next(&mut self, now: Instant) -> Next {
        match now < self.next {
            true => Next::Wait(self.next),
            false => Next::Ask(Ask {
                carrier: self.carrier,
                ..Ask::get("http://bell")
            }),
        }
    }

    fn take(&mut self, now: Instant, came: Came) -> Result<Vec<Piece>, Fault> {
        if let Came::Answer(answer) = came {
            if !answer.is_ok() {
                return Err(answer.fault(now));
            }
            self.next = now + 10 * SECOND;
        }
        Ok(vec![Piece::Note("rang".into())])
    }

    fn lost(&mut self, _now: Instant) {
        self.lost += 1;
    }
}

fn bell(carrier: Carrier) -> Feed {
    let bell = Bell {
        carrier,
        next: 0,
        lost: 0,
    };
    Feed::new(Box::new(bell), BackOff::default())
}

fn asked(todo: &Todo) -> u64 {
    match todo {
        Todo::Ask(id, _) => *id,
        Todo::Wait(at) => panic!("waits until {at:?}"),
    }
}

fn status(status: u16) -> Came {
    Came::Answer(Answer {
        status,
        ..Answer::default()
    })
}

#[test]
fn rests_grow_up_to_a_minute_and_a_good_answer_ends_them() {
    let mut feed = bell(Carrier::Whole);
    let mut now = BEGIN;
    let mut rests = Vec::new();
    for _ in 0..9 {
        let id = asked(&feed.next(now, 1.0));
        assert!(
            feed.came(now, 1.0, id, Came::Failed(Unreached::Nobody))
                .is_empty()
        );
        let State::Retrying(at) = feed.status().state else {
            panic!("{:?}", feed.status());
        };
        assert_eq!(feed.next(at - 1, 1.0), Todo::Wait(Some(at)));
        rests.push((at - now) / SECOND);
        now = at;
    }
    assert_eq!(rests, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    let id = asked(&feed.next(now, 1.0));
    assert_eq!(feed.came(now, 1.0, id, status(200)).len(), 1);
    assert_eq!(feed.status().state, State::Following);
    assert_eq!(feed.status().fault, None);
    now += 10 * SECOND;
    let id = asked(&feed.next(now, 1.0));
    feed.came(now, 1.0, id, status(500));
    assert_eq!(feed.status().state, State::Retrying(now + SECOND));
}

#[test]
fn one_request_is_open_at_a_time_and_late_answers_are_dropped() {
    let mut feed = bell(Carrier::Whole);
    let id = asked(&feed.next(BEGIN, 0.0));
    assert_eq!(
        feed.next(BEGIN + 1, 0.0),
        Todo::Wait(Some(BEGIN + 30 * SECOND))
    );
    // Patience ends.
    let later = BEGIN + 30 * SECOND;
    assert!(matches!(feed.next(later, 0.0), Todo::Wait(Some(at)) if at > later));
    assert_eq!(feed.open(), None);
    assert!(feed.came(later, 0.0, id, status(200)).is_empty());
    assert_eq!(feed.status().answered, 0);
}

#[test]
fn pause_asks_no_more_and_resume_asks_at_once() {
    let mut feed = bell(Carrier::Whole);
    let id = asked(&feed.next(BEGIN, 0.0));
    feed.pause(BEGIN);
    // What is on its way is still taken.
    assert_eq!(feed.came(BEGIN, 0.0, id, status(200)).len(), 1);
    assert_eq!(feed.status().state, State::Paused);
    assert_eq!(feed.next(BEGIN + 99 * SECOND, 0.0), Todo::Wait(None));
    feed.resume();
    assert_eq!(feed.status().state, State::Following);
    let id = asked(&feed.next(BEGIN + 99 * SECOND, 0.0));
    // Stuck: only the reader can say when to try again.
    feed.came(BEGIN + 99 * SECOND, 0.0, id, status(401));
    assert_eq!(feed.status().state, State::Stuck);
    assert_eq!(
        feed.status().fault.as_ref().map(|f| f.again),
        Some(Again::Never)
    );
    assert_eq!(feed.next(BEGIN + 9_999 * SECOND, 0.0), Todo::Wait(None));
    feed.resume();
    asked(&feed.next(BEGIN + 9_999 * SECOND, 0.0));
}

#[test]
fn a_stream_that_only_opens_and_ends_is_asked_less_and_less() {
    let mut feed = bell(Carrier::Stream);
    let mut now = BEGIN;
    let mut rests = Vec::new();
    for _ in 0..4 {
        let id = asked(&feed.next(now, 1.0));
        feed.came(now, 1.0, id, Came::Opened(Answer::default()));
        feed.came(now, 1.0, id, Came::Closed);
        let State::Retrying(at) = feed.status().state else {
            panic!("{:?}", feed.status());
        };
        rests.push((at - now) / SECOND);
        now = at;
    }
    assert_eq!(rests, [1, 2, 4, 8]);
    // One that gave something is asked soon.
    let id = asked(&feed.next(now, 1.0));
    feed.came(now, 1.0, id, Came::Opened(Answer::default()));
    assert_eq!(feed.came(now, 1.0, id, Came::Part(b"x".to_vec())).len(), 1);
    feed.came(now, 1.0, id, Came::Closed);
    assert_eq!(feed.status().state, State::Retrying(now + SECOND));
    // A pause closes it.
    now += SECOND;
    asked(&feed.next(now, 1.0));
    feed.pause(now);
    assert_eq!(feed.open(), None);
}
