//! Alarms that begin together, as one incident.
//!
//! Two alarms have one cause, as far as time can tell, if the windows at which they may have begun meet, give
//! or take one. The surest alarm names the incident and takes all that began with it; the surest of what is
//! left names the next. So alarms are never chained from one date to another by those between. What else is
//! noticed of the same column while it lasts belongs to it too. Two causes that begin in the same window are
//! told as one.

/// An alarm, as far as grouping goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Begun {
    /// First window at which it may have begun.
    pub earliest: usize,
    /// Last one.
    pub latest: usize,
    /// The window at which it is over, if it is.
    pub end: Option<usize>,
    /// What it is about: a column, a metric.
    pub subject: usize,
    /// How sure it is; more is surer.
    pub sure: f64,
}

/// Groups of alarms by their places, each with its surest one first, the surest group first. Ties keep the
/// order given.
#[must_use]
pub fn group(alarms: &[Begun]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..alarms.len()).collect();
    order.sort_by(|a, b| alarms[*b].sure.total_cmp(&alarms[*a].sure));
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for at in order {
        let own = |group: &Vec<usize>| {
            let same = |other: &&usize| alarms[**other].subject == alarms[at].subject;
            let mut others = group.iter().filter(same);
            others.any(|o| at_once(&alarms[*o], &alarms[at]))
        };
        let near = |group: &Vec<usize>| {
            let first = group.first().map(|first| alarms[*first]);
            first.is_some_and(|first| meet(&first, &alarms[at]))
        };
        // What is noticed of the same column comes before what only began at that time.
        let place = groups.iter().position(own);
        let place = place.or_else(|| groups.iter().position(near));
        match place.and_then(|place| groups.get_mut(place)) {
            Some(group) => group.push(at),
            None => groups.push(vec![at]),
        }
    }
    groups
}

fn meet(a: &Begun, b: &Begun) -> bool {
    let near = a.earliest <= b.latest + 1 && b.earliest <= a.latest + 1;
    near && at_once(a, b)
}

/// Whether neither is over before the other begins.
fn at_once(a: &Begun, b: &Begun) -> bool {
    let goes_on = |end: Option<usize>, from: usize| end.is_none_or(|end| end > from);
    goes_on(a.end, b.earliest) && goes_on(b.end, a.earliest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_together_is_one() {
        let mut subject = 0;
        let mut at = |earliest, latest, end, sure| Begun {
            subject: {
                subject += 1;
                subject
            },
            earliest,
            latest,
            end,
            sure,
        };
        let mut alarms = [
            at(5, 5, None, 4.0),
            at(6, 8, None, 9.0),
            at(20, 20, Some(21), 5.0),
            at(2, 12, None, 3.0),
            at(9, 20, None, 6.0),
        ];
        assert_eq!(
            group(&alarms),
            [vec![1, 4, 0, 3], vec![2]],
            "the one of 20 is not chained by the one of 9 to 20"
        );
        // Of the same column as one that goes on.
        alarms[2].subject = alarms[1].subject;
        assert_eq!(group(&alarms).len(), 1);
        // Of two that it may have begun with, the one of the same column.
        let of = |subject, at, sure| Begun {
            subject,
            earliest: at,
            latest: at + 2,
            end: None,
            sure,
        };
        let both = [of(1, 3, 9.0), of(2, 7, 8.0), of(2, 4, 2.0)];
        assert_eq!(group(&both), [vec![0], vec![1, 2]]);
        // Over before the other begins.
        let apart = [at(5, 5, Some(6), 2.0), at(6, 6, None, 1.0)];
        assert_eq!(group(&apart).len(), 2);
    }
}
