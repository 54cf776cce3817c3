//! How well lists are ordered: items offered for one query, by their score. Each is a mean over lists.
//!
//! The unit is the list, not the row: rows of one query depend on each other, lists hardly.

use crate::log::Role;
use crate::metric::means::bounded;
use crate::metric::measures::{LEAST_OF_MOST, too_few_rows};
use crate::metric::{
    Better, Estimate, Family, Info, Material, Measures, Metric, Parameter, Rank, Unit,
};
use crate::stats::gains::{HEADS, at, of};
use crate::stats::interval::wilson_of_part;
use crate::summary::{Moments, Summary};

/// A mean over lists.
pub struct OfLists {
    info: &'static Info,
    /// Its place in what is told of a list, or of a head of chosen length.
    at: usize,
    /// Whether it is of a head whose length the reader chooses.
    chosen: bool,
}

/// What is different of each.
#[derive(Clone, Copy)]
struct Told {
    name: &'static str,
    title: &'static str,
    explain: &'static str,
    formula: &'static str,
    sklearn: &'static str,
    source: &'static str,
}

const NDCG: &str = "Järvelin & Kekäläinen 2002, ACM TOIS 20, 422; ties: McSherry & Najork 2008";
const IR: &str = "Manning, Raghavan & Schütze 2008, Introduction to Information Retrieval, ch. 8; ties: McSherry & Najork 2008";

const MEAN: &str = "Hall's transformation of Student's statistic of the lists' values, with twice the skewness of a beta distribution; none of fewer than 200 lists, or where nearly all have the same value";
const WILSON: &str =
    "Wilson score, a list that is tied counting in part; none of fewer than 150 lists";

const fn headline(told: Told, unit: Unit) -> Info {
    Info {
        name: told.name,
        title: told.title,
        explain: told.explain,
        formula: told.formula,
        interval: MEAN,
        source: told.source,
        sklearn: told.sklearn,
        family: Family::Ranking,
        rank: Rank::Headline,
        better: Better::Higher,
        unit,
        range: (Some(0.0), Some(1.0)),
        undefined: "no list has a score, an outcome and a relevant item, or rows that were not kept lie too far apart",
        material: Material::Absolute(0.01),
    }
}

const fn detail(told: Told, unit: Unit) -> Info {
    Info {
        rank: Rank::Detail,
        material: Material::Never,
        ..headline(told, unit)
    }
}

const fn hit_rate(told: Told, unit: Unit) -> Info {
    Info {
        interval: WILSON,
        ..detail(told, unit)
    }
}

/// NDCG of the first ten.
pub const NDCG_10: OfLists = OfLists {
    info: &headline(
        Told {
            name: "ndcg_at_10",
            title: "NDCG@10",
            explain: "How near the first ten of a list come to the best order, the top counting most. Mean over lists with a relevant item.",
            formula: "DCG@10 / DCG@10 of the best order, DCG@k = Σ gain / log₂(rank + 1); ties: mean over their orders",
            sklearn: "sklearn.metrics.ndcg_score([relevance], [score], k=10), mean over queries with a relevant item",
            source: NDCG,
        },
        Unit::Ratio,
    ),
    at: at::NDCG + 1,
    chosen: false,
};
/// NDCG of the first five.
pub const NDCG_5: OfLists = OfLists {
    info: &detail(
        Told {
            name: "ndcg_at_5",
            title: "NDCG@5",
            explain: "How near the first five of a list come to the best order, the top counting most. Mean over lists with a relevant item.",
            formula: "DCG@5 / DCG@5 of the best order, DCG@k = Σ gain / log₂(rank + 1); ties: mean over their orders",
            sklearn: "sklearn.metrics.ndcg_score([relevance], [score], k=5), mean over queries with a relevant item",
            source: NDCG,
        },
        Unit::Ratio,
    ),
    at: at::NDCG,
    chosen: false,
};
/// NDCG of whole lists.
pub const NDCG_ALL: OfLists = OfLists {
    info: &detail(
        Told {
            name: "ndcg",
            title: "NDCG",
            explain: "How near whole lists come to the best order, the top counting most. Mean over lists with a relevant item.",
            formula: "DCG / DCG of the best order, DCG = Σ gain / log₂(rank + 1); ties: mean over their orders",
            sklearn: "sklearn.metrics.ndcg_score([relevance], [score]), mean over queries with a relevant item",
            source: NDCG,
        },
        Unit::Ratio,
    ),
    at: at::NDCG_ALL,
    chosen: false,
};
/// Mean average precision.
pub const MEAN_AVERAGE_PRECISION: OfLists = OfLists {
    info: &headline(
        Told {
            name: "mean_average_precision",
            title: "MAP",
            explain: "For each relevant item, the share of relevant ones down to it; mean over items, then over lists with a relevant item.",
            formula: "mean over relevant items of (relevant with at least its score) / (items with at least its score)",
            sklearn: "sklearn.metrics.label_ranking_average_precision_score([relevant], [score]), mean over queries with a relevant item",
            source: IR,
        },
        Unit::Ratio,
    ),
    at: at::AVERAGE_PRECISION,
    chosen: false,
};
/// Mean reciprocal rank.
pub const MEAN_RECIPROCAL_RANK: OfLists = OfLists {
    info: &headline(
        Told {
            name: "mean_reciprocal_rank",
            title: "MRR",
            explain: "One over the place of the first relevant item, mean over lists with a relevant item: 0.5 is the second place.",
            formula: "mean of 1 / (items with at least the score of the best relevant one)",
            sklearn: "numpy: mean over queries with a relevant item of 1 / (score >= score[relevant].max()).sum()",
            source: "Voorhees 1999, TREC-8 question answering track report",
        },
        Unit::Ratio,
    ),
    at: at::RECIPROCAL_RANK,
    chosen: false,
};
/// Precision of the first five.
pub const PRECISION_5: OfLists = OfLists {
    info: &detail(
        Told {
            name: "precision_at_5",
            title: "Precision@5",
            explain: "Share of the first five that is relevant, mean over lists with a relevant item.",
            formula: "relevant among the first 5 / 5; ties: mean over their orders",
            sklearn: "numpy: mean over queries with a relevant item of relevant[order][:5].sum() / 5",
            source: IR,
        },
        Unit::Percent,
    ),
    at: at::PRECISION,
    chosen: false,
};
/// Precision of the first ten.
pub const PRECISION_10: OfLists = OfLists {
    info: &detail(
        Told {
            name: "precision_at_10",
            title: "Precision@10",
            explain: "Share of the first ten that is relevant, mean over lists with a relevant item.",
            formula: "relevant among the first 10 / 10; ties: mean over their orders",
            sklearn: "numpy: mean over queries with a relevant item of relevant[order][:10].sum() / 10",
            source: IR,
        },
        Unit::Percent,
    ),
    at: at::PRECISION + 1,
    chosen: false,
};
/// Recall of the first five.
pub const RECALL_5: OfLists = OfLists {
    info: &detail(
        Told {
            name: "recall_at_5",
            title: "Recall@5",
            explain: "Share of the relevant items that are among the first five, mean over lists with a relevant item.",
            formula: "relevant among the first 5 / relevant; ties: mean over their orders",
            sklearn: "numpy: mean over queries with a relevant item of relevant[order][:5].sum() / relevant.sum()",
            source: IR,
        },
        Unit::Percent,
    ),
    at: at::RECALL,
    chosen: false,
};
/// Recall of the first ten.
pub const RECALL_10: OfLists = OfLists {
    info: &detail(
        Told {
            name: "recall_at_10",
            title: "Recall@10",
            explain: "Share of the relevant items that are among the first ten, mean over lists with a relevant item.",
            formula: "relevant among the first 10 / relevant; ties: mean over their orders",
            sklearn: "numpy: mean over queries with a relevant item of relevant[order][:10].sum() / relevant.sum()",
            source: IR,
        },
        Unit::Percent,
    ),
    at: at::RECALL + 1,
    chosen: false,
};
/// Hit rate of the first five.
pub const HIT_RATE_5: OfLists = OfLists {
    info: &hit_rate(
        Told {
            name: "hit_rate_at_5",
            title: "Hit rate@5",
            explain: "Share of lists with a relevant item that have one among the first five.",
            formula: "lists with a relevant item among the first 5 / lists with one at all; ties: chance over their orders",
            sklearn: "numpy: mean over queries with a relevant item of relevant[order][:5].any()",
            source: IR,
        },
        Unit::Percent,
    ),
    at: at::HIT,
    chosen: false,
};
/// Hit rate of the first ten.
pub const HIT_RATE_10: OfLists = OfLists {
    info: &hit_rate(
        Told {
            name: "hit_rate_at_10",
            title: "Hit rate@10",
            explain: "Share of lists with a relevant item that have one among the first ten.",
            formula: "lists with a relevant item among the first 10 / lists with one at all; ties: chance over their orders",
            sklearn: "numpy: mean over queries with a relevant item of relevant[order][:10].any()",
            source: IR,
        },
        Unit::Percent,
    ),
    at: at::HIT + 1,
    chosen: false,
};

/// NDCG of a head of chosen length.
pub const NDCG_K: OfLists = OfLists {
    info: &detail(
        Told {
            name: "ndcg_at_k",
            title: "NDCG@k",
            explain: "How near the first items of a list, as many as you chose, come to the best order, the top counting most. Mean over lists with a relevant item.",
            formula: "DCG@k / DCG@k of the best order, DCG@k = Σ gain / log₂(rank + 1), k = at_k; ties: mean over their orders",
            sklearn: "sklearn.metrics.ndcg_score([relevance], [score], k=at_k), mean over queries with a relevant item",
            source: NDCG,
        },
        Unit::Ratio,
    ),
    at: of::NDCG,
    chosen: true,
};
/// Precision of a head of chosen length.
pub const PRECISION_K: OfLists = OfLists {
    info: &detail(
        Told {
            name: "precision_at_k",
            title: "Precision@k",
            explain: "Share of the first items, as many as you chose, that is relevant, mean over lists with a relevant item.",
            formula: "relevant among the first k / k, k = at_k, also where the list is shorter; ties: mean over their orders",
            sklearn: "numpy: mean over queries with a relevant item of relevant[order][:at_k].sum() / at_k",
            source: IR,
        },
        Unit::Percent,
    ),
    at: of::PRECISION,
    chosen: true,
};
/// Recall of a head of chosen length.
pub const RECALL_K: OfLists = OfLists {
    info: &detail(
        Told {
            name: "recall_at_k",
            title: "Recall@k",
            explain: "Share of the relevant items that are among the first, as many as you chose, mean over lists with a relevant item.",
            formula: "relevant among the first k / relevant, k = at_k; ties: mean over their orders",
            sklearn: "numpy: mean over queries with a relevant item of relevant[order][:at_k].sum() / relevant.sum()",
            source: IR,
        },
        Unit::Percent,
    ),
    at: of::RECALL,
    chosen: true,
};
/// Hit rate of a head of chosen length.
pub const HIT_RATE_K: OfLists = OfLists {
    info: &hit_rate(
        Told {
            name: "hit_rate_at_k",
            title: "Hit rate@k",
            explain: "Share of lists with a relevant item that have one among the first, as many as you chose.",
            formula: "lists with a relevant item among the first k / lists with one at all, k = at_k; ties: chance over their orders",
            sklearn: "numpy: mean over queries with a relevant item of relevant[order][:at_k].any()",
            source: IR,
        },
        Unit::Percent,
    ),
    at: of::HIT,
    chosen: true,
};

impl Metric for OfLists {
    fn info(&self) -> &'static Info {
        self.info
    }

    fn applies(&self, summary: &Summary) -> bool {
        summary.has(Role::Query)
    }

    fn asked(&self, of: &Measures<'_>) -> bool {
        !self.chosen || of.parameter(Parameter::AtK).is_some()
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        let Some(lists) = of.cell.lists.as_ref() else {
            return match of.summary.streamed && of.cell.labelled > 0 {
                true => of.needs_rows(),
                false => Estimate::undefined("no list with scores and outcomes", 0),
            };
        };
        let wanted = of.parameter(Parameter::AtK);
        let head = lists.head.as_ref();
        let values = match self.chosen {
            false => lists.values.get(self.at),
            true => match head.filter(|head| Some(f64::from(head.items)) == wanted) {
                Some(head) => head.values.get(self.at),
                None => return of.needs_rows(),
            },
        };
        let missing = "no list has a relevant item";
        match values {
            None => Estimate::undefined(missing, 0),
            Some(values) if self.is_of_hits() => hits(values),
            Some(values) => {
                let told = bounded(values, (0.0, 1.0), missing);
                Estimate {
                    no_interval: told.no_interval.map(|why| why.replace("row", "list")),
                    ..told
                }
            }
        }
    }
}

impl OfLists {
    fn is_of_hits(&self) -> bool {
        match self.chosen {
            true => self.at == of::HIT,
            false => (at::HIT..at::HIT + HEADS.len()).contains(&self.at),
        }
    }
}

/// A share of lists, each of which counts in part where items are tied.
fn hits(values: &Moments) -> Estimate {
    let (n, Some(share)) = (values.n, values.mean()) else {
        return Estimate::undefined("no list has a relevant item", 0);
    };
    let interval = wilson_of_part(values.sum.value(), n).filter(|_| n >= LEAST_OF_MOST);
    Estimate::of(share, interval, n)
        .or_why(|| too_few_rows(n, LEAST_OF_MOST).replace("row", "list"))
}
