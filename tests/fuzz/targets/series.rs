//! What a service exports, as every form that it may be, from bytes to a report.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use plumbline::engine::service::{Served, put};
use plumbline::log::Task;
use plumbline::report::Report;
use plumbline::report::view::View;
use plumbline::series::read::{About, Form, read, recognise};
use plumbline::summary::Summary;
use plumbline_fuzz::within;

const FORMS: [Form; 11] = [
    Form::Exposition,
    Form::PrometheusJson,
    Form::Otlp,
    Form::Victoria,
    Form::AccessLog,
    Form::AccessJson,
    Form::Docker,
    Form::Kubernetes,
    Form::Top,
    Form::Nvidia,
    Form::Grafana,
];

fuzz_target!(|input: &[u8]| -> Corpus {
    let about = About {
        name: "service.txt".into(),
        modified: Some(1_764_000_000_000_000),
    };
    let mut readable = recognise(input).is_some();
    for form in FORMS {
        let read = within(64, form.label(), || read(&about, &input, form));
        let Ok(read) = read else { continue };
        readable |= !read.set.is_empty();
        let mut summary = Summary::of_task(Task::Service);
        let name = about.name.clone();
        let bytes = input.len() as u64;
        put(&mut summary, vec![Served { name, bytes, read }]);
        let report = within(256, "a report", || Report::from(&summary, &View::default()));
        let text = serde_json::to_string(&report).expect("a report can be written");
        let back: Report = serde_json::from_str(&text).expect("a report can be read");
        assert!(back == report, "a report comes back as another one");
    }
    if readable { Corpus::Keep } else { Corpus::Reject }
});
