//! A live view from nothing on: it takes more memory until it has as many steps as are shown at most, and no more from
//! then on. One test in a program of its own, so that nothing else is counted.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod feed_help;

use feed_help::Shop;
use peak_alloc::PeakAlloc;
use plumbline::feed::grow::MOST_STEPS;
use plumbline::feed::live::{Connection, Live};
use plumbline::feed::prometheus::Settings;
use plumbline::feed::{Answer, Came, Instant, SECOND, Todo};
use plumbline::series::{Machine, Step};

#[global_allocator]
static HELD: PeakAlloc = PeakAlloc;

const BEGIN: Instant = 1_795_600_000 * SECOND;
/// How often is asked, in seconds: four polls are a step.
const EVERY: i64 = 15;

/// A view, and what its reader was told of it.
struct View {
    live: Live,
    shown: Machine,
    now: Instant,
}

impl View {
    fn of(shop: &Shop) -> Self {
        let settings = Settings {
            url: "shop.example:9090".into(),
            back: EVERY * SECOND,
            every: EVERY * SECOND,
            ..Settings::default()
        };
        let mut out = Self {
            live: Live::new(Connection::Prometheus(settings)),
            shown: Machine::new(Step::at_least(60 * SECOND)),
            now: BEGIN,
        };
        out.go(shop, 1);
        out
    }

    /// Follows for so many polls.
    fn go(&mut self, shop: &Shop, polls: i64) {
        let end = self.now + polls * EVERY * SECOND;
        while self.now < end {
            let (id, ask) = match self.live.next(self.now, 0.5) {
                Todo::Wait(at) => {
                    self.now = at.unwrap_or(end).clamp(self.now + 1, end);
                    continue;
                }
                Todo::Ask(id, ask) => (id, ask),
            };
            let target = ask.url.strip_prefix("http://shop.example:9090").unwrap();
            let body = String::from_utf8(ask.body.clone()).unwrap();
            let told = shop.answer(self.now / 1_000, target, &body, None);
            let answer = Answer {
                status: told.status,
                headers: Vec::new(),
                body: told.body.into_bytes(),
            };
            self.live.came(self.now, 0.5, id, Came::Answer(answer));
            match self.live.fresh() {
                Some((machine, None)) => self.shown = machine,
                Some((machine, Some(from))) => self.shown.renew(from, machine),
                None => {}
            }
        }
    }

    /// Steps that are shown.
    fn steps(&self) -> i64 {
        let (from, to) = self.shown.span.unwrap();
        self.shown.step.of(to) - self.shown.step.of(from)
    }
}

#[test]
fn a_view_that_began_empty_is_bounded_once_it_is_full() {
    // It opens just now: nothing can be looked back on.
    let shop = Shop::open_for(1, BEGIN / 1_000, EVERY * 1_000);
    let empty = HELD.current_usage();
    let mut view = View::of(&shop);
    let held = || (HELD.current_usage() - empty) as f64 / 1e6;
    let mut told = Vec::new();
    let grew = |view: &View, told: &mut Vec<(i64, f64, f64)>| {
        told.push((view.steps(), view.shown.step.seconds(), held()));
        held()
    };
    // Up to as many steps as are shown, and as many again in the shorter ones that are kept beside longer ones.
    for _ in 0..8 {
        view.go(&shop, MOST_STEPS / 2);
        grew(&view, &mut told);
    }
    assert_eq!(view.shown.step.seconds(), 60.0, "{told:?}");
    let full = held();
    // Five times as long as from nothing until it was full.
    let (mut warm, mut most) = (0.0, 0.0_f64);
    for part in 0..9 {
        view.go(&shop, 2 * MOST_STEPS);
        let now = grew(&view, &mut told);
        match part {
            ..5 => warm = now.max(warm),
            _ => most = most.max(now),
        }
    }
    for (steps, seconds, held) in &told {
        println!("{steps} steps of {seconds} s: {held:.2} MB");
    }
    println!("full {full:.2} MB, then up to {warm:.2} MB, then up to {most:.2} MB");
    assert!(most < 1.05 * warm, "{told:?}");
    assert!(
        view.live.held() < 2_000,
        "{} samples held",
        view.live.held()
    );
}
