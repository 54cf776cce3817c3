//! Machines of several sources beside each other, as one.

use super::{Cells, Machine, Step};
use std::collections::{BTreeMap, BTreeSet};

/// What several sources say, each under a name of its own. What two of them call alike is two things: it is told apart by
/// its source, `shop (localhost:9090)`. What only one of them has keeps its name.
#[must_use]
pub fn beside(all: &[(&str, &Machine)]) -> Option<Machine> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, machine) in all {
        for of in names(machine) {
            *seen.entry(of).or_default() += 1;
        }
    }
    let mut machines = all.iter().map(|(source, machine)| {
        let mut machine = Machine::clone(machine);
        let name = |of: &mut String| {
            if seen.get(of.as_str()).is_some_and(|n| *n > 1) {
                *of = match of.as_str() {
                    "" => (*source).to_owned(),
                    of => format!("{of} ({source})"),
                };
            }
        };
        machine.signals.iter_mut().for_each(|s| name(&mut s.of));
        machine.fine.iter_mut().for_each(|f| name(&mut f.signal.of));
        machine.restarts.iter_mut().for_each(|r| name(&mut r.of));
        machine.anomalies.iter_mut().for_each(|a| name(&mut a.of));
        machine
    });
    let mut out = machines.next()?;
    machines.for_each(|machine| out.merge(&machine));
    out.sources = all.iter().map(|one| one.1.sources).sum();
    if let Some(shorter) = shorter(all, out.step) {
        out.notes.push(format!(
            "≈ What {shorter} tells in shorter steps is added up to steps of {} s: counters that rose or began anew between two of the shorter ones count as these had it.",
            out.step.seconds()
        ));
    }
    out.settle();
    Some(out)
}

/// The sources whose steps are shorter than one and hold more than levels.
fn shorter(all: &[(&str, &Machine)], step: Step) -> Option<String> {
    let adds = |machine: &Machine| {
        let mut signals = machine.signals.iter();
        machine.step < step && signals.any(|s| !matches!(s.cells, Cells::Level(_)))
    };
    let sources: Vec<&str> = all.iter().filter(|a| adds(a.1)).map(|a| a.0).collect();
    (!sources.is_empty()).then(|| sources.join(", "))
}

fn names(machine: &Machine) -> BTreeSet<&str> {
    machine.signals.iter().map(|s| s.of.as_str()).collect()
}

/// Names of sources as short as they tell them apart: of `Prometheus at http://shop:9090/prom` the server `shop:9090`
/// alone, where that is enough.
#[must_use]
pub fn short(names: &[&str]) -> Vec<String> {
    let server = |name: &str| {
        let place = name.rsplit_once(" at ").map_or(name, |parts| parts.1);
        let address = place.split_once("://").map_or(place, |parts| parts.1);
        let end = address.find(['/', '?', '#']).unwrap_or(address.len());
        address[..end].to_owned()
    };
    let servers: Vec<String> = names.iter().map(|name| server(name)).collect();
    let alone = |at: usize| servers.iter().filter(|s| **s == servers[at]).count() == 1;
    let named = |at: usize| match alone(at) && !servers[at].is_empty() {
        true => servers[at].clone(),
        false => match names[..at].iter().filter(|n| **n == names[at]).count() {
            0 => names[at].to_owned(),
            // The same one twice.
            n => format!("{} {}", names[at], n + 1),
        },
    };
    (0..names.len()).map(named).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::series::{Fine, Measure, Rate, Signal};

    fn machine(of: &[&str], each: f64) -> Machine {
        let step = Step::at_least(60_000_000);
        let cell = |number| {
            let rate = Rate {
                increase: each,
                seconds: 60.0,
                ..Rate::default()
            };
            (number, rate)
        };
        let signal = |of: &&str| Signal {
            measure: Measure::Requests,
            of: (*of).into(),
            what: String::new(),
            source: "http_requests_total".into(),
            unit: None,
            counted: None,
            when: None,
            cells: Cells::Rate((0..5).map(cell).collect()),
        };
        let mut machine = Machine::new(step);
        machine.signals = of.iter().map(signal).collect();
        let fine = machine.signals.iter().cloned();
        machine.fine = fine.map(|signal| Fine { step, signal }).collect();
        machine
    }

    #[test]
    fn steps_that_are_added_up_are_told() {
        let shop = machine(&["shop"], 1.0);
        let mut slow = shop.clone();
        slow.coarsen(Step::at_least(300_000_000));
        let told = |all: &[(&str, &Machine)]| beside(all).unwrap().notes;
        assert!(told(&[("a", &shop), ("b", &shop)]).is_empty());
        let notes = told(&[("a", &shop), ("b", &slow)]);
        assert!(
            notes[0].starts_with("≈ What a tells") && notes.len() == 1,
            "{notes:?}"
        );
    }

    #[test]
    fn what_two_sources_call_alike_is_two_things() {
        let (a, b) = (
            machine(&["shop", "cart"], 60.0),
            machine(&["shop", "node"], 120.0),
        );
        let names = short(&[
            "Prometheus at http://a:9090",
            "Prometheus at http://b:9090/prom",
        ]);
        let both = beside(&[(&names[0], &a), (&names[1], &b)]).unwrap();
        let told: Vec<(&str, Option<f64>)> = both
            .signals
            .iter()
            .map(|s| (s.of.as_str(), s.cells.total(0, 5)))
            .collect();
        assert_eq!(
            told,
            [
                ("cart", Some(1.0)),
                ("node", Some(2.0)),
                ("shop (a:9090)", Some(1.0)),
                ("shop (b:9090)", Some(2.0)),
            ]
        );
        let fine: Vec<&str> = both.fine.iter().map(|f| f.signal.of.as_str()).collect();
        assert_eq!(fine, ["cart", "node", "shop (a:9090)", "shop (b:9090)"]);
        let turned = beside(&[(&names[1], &b), (&names[0], &a)]).unwrap();
        assert_eq!(turned, both);
        assert_eq!(beside(&[("a", &a)]).unwrap().signals, {
            let mut alone = a.clone();
            alone.settle();
            alone.signals
        });
        assert_eq!(beside(&[]), None);
    }

    #[test]
    fn sources_are_told_apart_by_as_little_as_does() {
        let all = ["Prometheus at http://a:9090", "MLflow at https://b/ml"];
        assert_eq!(short(&all), ["a:9090", "b"]);
        let one_server = ["Prometheus at http://a/x", "Prometheus at http://a/y"];
        let told = ["Prometheus at a:9090", "An exporter at b"];
        assert_eq!(short(&told), ["a:9090", "b"]);
        assert_eq!(short(&one_server), one_server);
        let same = ["Prometheus at http://a", "Prometheus at http://a"];
        assert_eq!(
            short(&same),
            ["Prometheus at http://a", "Prometheus at http://a 2"]
        );
    }
}
