//! Files in memory to Summary and Report, the way every door goes.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use plumbline::engine::message::Input;
use plumbline::engine::rows::Load;
use plumbline::engine::{Keeper, Shards, arrange, in_order, info, look, read_through, tie, widen};
use plumbline::log::Role;
use plumbline::read::ReadError;
use plumbline::report::Report;
use plumbline::report::view::View;
use plumbline::summary::Summary;

/// A file in memory.
pub type File<'a> = (&'a str, &'a [u8]);

/// Looks into files, and gives roles to columns by name.
pub fn inputs(files: &[File<'_>], roles: &[(Role, &str)]) -> Result<Vec<Input>, ReadError> {
    let mut inputs = files
        .iter()
        .map(|(name, bytes)| look(name, bytes))
        .collect::<Result<Vec<_>, _>>()?;
    arrange(&mut inputs);
    for (role, column) in roles {
        for input in inputs
            .iter_mut()
            .filter(|i| i.sniff.columns.iter().any(|c| c.name == *column))
        {
            input.give(*role, column).unwrap();
        }
    }
    tie(&mut inputs);
    Ok(inputs)
}

/// Reads all rows into a keeper.
pub fn keeper(files: &[File<'_>], inputs: &[Input]) -> Result<Keeper, ReadError> {
    keeper_of(files, inputs, Shards::new)
}

/// Reads all rows into a keeper, in shards of a choice.
pub fn keeper_of(
    files: &[File<'_>],
    inputs: &[Input],
    cut: impl Fn(usize, &Input) -> Shards,
) -> Result<Keeper, ReadError> {
    let mut inputs = inputs.to_vec();
    let mut keeper = Keeper::open(inputs.clone());
    let mut chains: Vec<Shards> = inputs.iter().enumerate().map(|(i, n)| cut(i, n)).collect();
    read_all(files, &inputs, &mut chains, &mut keeper)?;
    for file in widen(&mut inputs, &chains) {
        chains[file] = cut(file, &inputs[file]);
        keeper.again(file, inputs[file].clone());
    }
    read_all(files, &inputs, &mut chains, &mut keeper)?;
    Ok(keeper)
}

/// Reads all shards of the files into a keeper.
pub fn read_all(
    files: &[File<'_>],
    inputs: &[Input],
    chains: &mut [Shards],
    keeper: &mut Keeper,
) -> Result<(), ReadError> {
    for ((shards, input), (_, bytes)) in chains.iter_mut().zip(inputs).zip(files) {
        let mut waiting = Vec::new();
        loop {
            // The last first: the order must not matter.
            waiting.extend(std::iter::from_fn(|| shards.take()));
            let Some(shard) = waiting.pop() else { break };
            let part = read_through(input, shard, bytes)?;
            let found = info(&part);
            keeper.keep(shard, found.clone(), Load::Table(part.table))?;
            shards.done(shard.index, found);
        }
        assert!(shards.complete());
    }
    Ok(())
}

/// The Summary of files whose rows are let go once they are counted.
pub fn streamed(
    files: &[File<'_>],
    roles: &[(Role, &str)],
    view: &View,
    cut: impl Fn(usize, &Input) -> Shards,
) -> Result<Summary, ReadError> {
    streamed_in(None, files, roles, view, cut)
}

/// The same in blocks of so many rows.
pub fn streamed_in(
    block: Option<usize>,
    files: &[File<'_>],
    roles: &[(Role, &str)],
    view: &View,
    cut: impl Fn(usize, &Input) -> Shards,
) -> Result<Summary, ReadError> {
    let inputs = inputs(files, roles)?;
    let order = in_order(&inputs);
    let files: Vec<File<'_>> = order.iter().map(|i| files[*i]).collect();
    let inputs: Vec<Input> = order.iter().map(|i| inputs[*i].clone()).collect();
    let mut keeper = Keeper::streaming(inputs.clone(), view.clone());
    if let Some(rows) = block {
        keeper = keeper.in_blocks_of(rows);
    }
    let mut chains: Vec<Shards> = inputs.iter().enumerate().map(|(i, n)| cut(i, n)).collect();
    read_all(&files, &inputs, &mut chains, &mut keeper)?;
    keeper.finish(view, &mut |_, _| {})?;
    keeper.refine(view)
}

/// The Summary of files.
pub fn summary(
    files: &[File<'_>],
    roles: &[(Role, &str)],
    view: &View,
) -> Result<Summary, ReadError> {
    let mut keeper = keeper(files, &inputs(files, roles)?)?;
    keeper.finish(view, &mut |_, _| {})?;
    keeper.refine(view)
}

/// The Report of files.
pub fn report(files: &[File<'_>], view: &View) -> Report {
    let summary = summary(files, &[], view).unwrap_or_else(|e| panic!("{e}"));
    Report::from(&summary, view)
}

/// The value of a metric over all rows; panics with the reason where there is none.
pub fn value(report: &Report, name: &str) -> f64 {
    let of = report
        .overall
        .metrics
        .get(name)
        .or_else(|| report.resources.metrics.get(name));
    of.and_then(|e| e.value)
        .unwrap_or_else(|| panic!("{name}: {of:?}"))
}
