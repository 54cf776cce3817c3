//! The columns of a file: their first values, their role, how sure it is and why.

use super::columns::{change, say_meaning};
use super::format;
use super::state::app;
use super::widgets::{More, ROWS};
use crate::log::{Level, Meant, Role};
use crate::read::ColumnSniff;
use crate::table::Kind;
use leptos::prelude::*;

/// A role as a menu shows it.
fn text(role: Role) -> &'static str {
    match role {
        Role::Id => "Id",
        Role::Time => "Time of prediction",
        Role::Prediction => "Prediction",
        Role::Score => "Score",
        Role::ClassScore => "Score of a class",
        Role::Quantile(_) => "Quantile",
        Role::QuantileLevel => "Level of the quantile",
        Role::OutputType => "Type of the forecast",
        Role::Challenger => "Prediction of another model",
        Role::Outcome => "Outcome",
        Role::OutcomeTime => "Time of outcome",
        Role::ModelVersion => "Model version",
        Role::Segment => "Segment",
        Role::Query => "Query of a list",
        Role::Feature => "Feature",
        Role::Latency => "Latency",
        Role::Status => "Status",
        Role::Bytes => "Bytes sent",
        Role::Cpu => "CPU",
        Role::Memory => "Memory",
        Role::Ignore => "Not used",
    }
}

/// From more columns on, there is a field to find one by its name.
const MANY: usize = 15;

/// Columns that numbers follow from stand first, those that are not used last.
fn order(role: Role) -> u8 {
    match role {
        Role::Segment => 1,
        Role::Feature => 2,
        Role::Ignore => 3,
        _ => 0,
    }
}

/// The columns in the order of the table; it stays as it was found, so that none jumps while it is
/// corrected.
fn ordered(columns: Vec<ColumnSniff>, roles: &[Role]) -> Vec<(usize, ColumnSniff)> {
    let mut columns: Vec<_> = columns.into_iter().enumerate().collect();
    columns.sort_by_key(|(at, _)| roles.get(*at).copied().map_or(3, order));
    columns
}

/// The table of a file's columns.
#[component]
pub fn RoleTable(index: usize, columns: Vec<ColumnSniff>) -> impl IntoView {
    let roles: Vec<Role> = app().inputs.with_untracked(|inputs| {
        let roles = inputs.get(index).map(|i| i.roles.iter().map(|g| g.role));
        roles.into_iter().flatten().collect()
    });
    let many = columns.len() > MANY;
    let columns = StoredValue::new(ordered(columns, &roles));
    let sought = RwSignal::new(String::new());
    let found = Memo::new(move |_| {
        let sought = sought.get().trim().to_lowercase();
        columns.with_value(|columns| {
            let places = (0..columns.len()).filter(|&i| {
                sought.is_empty() || columns[i].1.name.to_lowercase().contains(&sought)
            });
            places.collect::<Vec<_>>()
        })
    });
    let most = RwSignal::new(ROWS);
    let shown = move || found.with(|f| f.iter().take(most.get()).copied().collect::<Vec<_>>());
    view! {
        {many
            .then(|| {
                view! {
                    <input
                        type="search"
                        class="find"
                        data-testid=format!("find-{index}")
                        aria-label="Find a column"
                        placeholder="Find a column"
                        on:input=move |ev| {
                            most.set(ROWS);
                            sought.set(event_target_value(&ev));
                        }
                    />
                }
            })}
        <div class="scroll-both">
            <table class="table roles">
                <thead>
                    <tr>
                        <th scope="col">"Column"</th>
                        <th scope="col">"Role"</th>
                        <th scope="col">"First values"</th>
                        <th scope="col">"Why"</th>
                    </tr>
                </thead>
                <tbody>
                    <For each=shown key=|place| *place let(place)>
                        {columns
                            .with_value(|c| c.get(place).cloned())
                            .map(|(at, column)| view! { <Row index at column/> })}
                    </For>
                </tbody>
            </table>
            <Show when=move || found.with(Vec::is_empty)>
                <p class="quiet">"No column is called so."</p>
            </Show>
            <More shown=most of=Signal::derive(move || found.with(Vec::len))/>
        </div>
    }
}

#[component]
fn Row(index: usize, at: usize, column: ColumnSniff) -> impl IntoView {
    let app = app();
    let guess = Memo::new(move |_| {
        app.inputs
            .with(|inputs| inputs.get(index).and_then(|i| i.roles.get(at)).cloned())
    });
    let role = move || guess.with(|g| g.as_ref().map_or(Role::Ignore, |g| g.role));
    let sure = move || guess.with(|g| g.as_ref().map_or(0.0, |g| g.confidence.clamp(0.0, 1.0)));
    let why = move || guess.with(|g| g.as_ref().map(|g| g.because.clone()).unwrap_or_default());
    let now = untrack(role);
    let name = column.name.clone();
    let column_name = name.clone();
    let choose = move |ev| {
        let word = event_target_value(&ev);
        if let Some(role) = Role::ALL.into_iter().find(|r| r.name() == word) {
            // The name is of this very file, so it is there.
            // A level that the name does not tell is the median until it is corrected.
            let role = role.of_column(&column_name);
            let role = role.unwrap_or(Role::Quantile(Level::MEDIAN));
            change(app, index, |input| drop(input.give(role, &column_name)));
        }
    };
    let level_of = name.clone();
    let level = move |ev| {
        if let Some(level) = event_target_value(&ev).parse().ok().and_then(Level::of) {
            let role = Role::Quantile(level);
            change(app, index, |input| drop(input.give(role, &level_of)));
        }
    };
    let level_name = name.clone();
    let meanings = meanings(&column);
    view! {
        <tr class:unused=move || role() == Role::Ignore>
            <td><code>{column.name}</code></td>
            <td>
                <select
                    data-testid=format!("role-{index}-{name}")
                    aria-label=format!("Role of {name}")
                    prop:value=move || role().name()
                    on:change=choose
                >
                    {Role::ALL
                        .map(|r| view! { <option value=r.name() selected=r == now>{text(r)}</option> })
                        .collect_view()}
                </select>
                {move || {
                    let Role::Quantile(of) = role() else { return None };
                    Some(
                        view! {
                            <input
                                type="number"
                                class="level"
                                min="0"
                                max="1"
                                step="any"
                                data-testid=format!("level-{index}-{level_name}")
                                aria-label=format!("Level of {level_name}, between 0 and 1")
                                prop:value=of.to_string()
                                on:change=level.clone()
                            />
                        },
                    )
                }}
                {(!meanings.is_empty()).then(|| view! { <Meaning index at meanings/> })}
            </td>
            <td class="samples"><code>{column.samples.into_iter().take(3).collect::<Vec<_>>().join("  ·  ")}</code></td>
            <td class="why">
                <span
                    class="meter"
                    role="img"
                    aria-label=move || format!("{} sure", format::percent(sure()))
                    title=move || format!("{} sure", format::percent(sure()))
                >
                    <i style:width=move || format!("{:.0}%", sure() * 100.0)></i>
                </span>
                <span class="quiet">{why}</span>
            </td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_numbers_follow_from_stands_first() {
        let roles = [
            Role::Ignore,
            Role::Feature,
            Role::Outcome,
            Role::Segment,
            Role::Time,
        ];
        let mut places: Vec<usize> = (0..roles.len()).collect();
        places.sort_by_key(|&at| order(roles[at]));
        assert_eq!(places, [2, 4, 3, 1, 0]);
    }
}

/// What the outcomes of a column are, where they can be taken in more than one way.
fn meanings(column: &ColumnSniff) -> Vec<(Meant, String)> {
    let whole = column.kind == Kind::Number && column.whole;
    let numbers = [
        (Meant::Numbers, "As numbers".into()),
        (Meant::Classes, "As classes".into()),
    ];
    let two = column.samples.iter().filter(|_| column.distinct == 2);
    let positive = |class: &String| (Meant::Positive(class.clone()), format!("Positive: {class}"));
    let numbers = numbers.into_iter().filter(|_| whole);
    numbers.chain(two.map(positive)).collect()
}

/// A menu of what the outcomes of a column are.
#[component]
fn Meaning(index: usize, at: usize, meanings: Vec<(Meant, String)>) -> impl IntoView {
    let app = app();
    let now = Memo::new(move |_| {
        app.inputs.with(|inputs| {
            let guess = inputs.get(index)?.roles.get(at)?;
            (guess.role == Role::Outcome).then(|| guess.meant.clone())
        })
    });
    let only_positive = meanings.iter().all(|(meant, _)| meant.positive().is_some());
    let found_out = match only_positive {
        true => "Positive: found out",
        false => "Found out",
    };
    let meanings = StoredValue::new(meanings);
    let choose = move |ev| {
        let chosen = event_target_value(&ev)
            .parse()
            .ok()
            .and_then(|i: usize| meanings.with_value(|m| m.get(i).map(|(meant, _)| meant.clone())));
        say_meaning(app, chosen.as_ref());
    };
    let options = move || {
        let meanings = meanings.get_value().into_iter().enumerate();
        meanings
            .map(|(i, (meant, words))| {
                let chosen = move || now.get().flatten().as_ref() == Some(&meant);
                view! {
                    <option value=i.to_string() selected=chosen>
                        {words}
                    </option>
                }
            })
            .collect_view()
    };
    view! {
        <Show when=move || now.with(Option::is_some)>
            <select
                class="meaning"
                data-testid=format!("meaning-{index}")
                aria-label="What the outcomes are"
                on:change=choose
            >
                <option value="" selected=move || now.get().flatten().is_none()>
                    {found_out}
                </option>
                {options}
            </select>
        </Show>
    }
}
