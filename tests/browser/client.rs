//! The client itself, proved on a page of its own: a test of the page is worth no more than its
//! eyes and hands.

use crate::browser;
use crate::server::Server;
use std::fs;
use std::path::Path;

const PAGE: &str = r#"<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<style>body { margin: 0; height: 3000px; background: #fff } @media (prefers-color-scheme: dark) { body { background: #000 } } #low { position: absolute; top: 2000px }</style>
<div id="zone" style="width:300px;height:200px">drop</div>
<input type="file" id="file" multiple><input type="range" id="range" min="0" max="1" step="0.1" value="0.5">
<a id="save" download="saved.txt" href="data:text/plain,saved%20text">save</a><button id="low">low</button>
<script>
window.seen = []; window.moved = []; window.clicks = 0;
const zone = document.getElementById('zone');
zone.ondragover = e => e.preventDefault();
zone.ondrop = async e => { e.preventDefault(); for (const f of e.dataTransfer.files) seen.push(f.name + ':' + await f.text()); };
document.getElementById('file').onchange = async e => { for (const f of e.target.files) seen.push(f.name + ':' + await f.text()); };
document.getElementById('range').oninput = e => moved.push(e.target.value);
document.getElementById('low').onclick = e => { clicks += e.isTrusted ? 1 : 100; };
</script>"#;

#[test]
fn the_client_does_and_sees_what_a_person_does() {
    let Some((mut page, _turn)) = browser() else {
        return;
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("client");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("index.html"), PAGE).unwrap();
    fs::write(folder.join("a.csv"), "a").unwrap();
    fs::write(folder.join("b.csv"), "b").unwrap();
    let server = Server::start(&folder, "/deep/down/");
    let (a, b) = (folder.join("a.csv"), folder.join("b.csv"));

    page.open(&server.url);
    page.assert_quiet(&server.origin);
    assert_eq!(page.eval("Promise.resolve(6 * 7)"), 42);

    page.drop_files("#zone", &[&a, &b]);
    page.wait_for("seen.length === 2");
    page.set_files("#file", &[&b, &a]);
    page.wait_for("seen.length === 4");
    assert_eq!(page.eval("seen.join()"), "a.csv:a,b.csv:b,b.csv:b,a.csv:a");
    page.choose("#range", "0.7");
    assert_eq!(page.eval("moved.join()"), "0.7");
    page.click("#low");
    assert_eq!(page.eval("clicks"), 1);
    assert_eq!(page.text("#low"), "low");
    for _ in 0..2 {
        let saved = page.download(|page| page.click("#save"));
        assert_eq!(fs::read_to_string(saved).unwrap(), "saved text");
    }
    page.assert_quiet(&server.origin);

    page.look(390, 844, 2.0, "dark");
    assert_eq!(page.eval("[innerWidth, devicePixelRatio, matchMedia('(prefers-color-scheme: dark)').matches].join()"), "390,2,true");
    let png = page.screenshot();
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    assert_eq!(
        (&png[16..20], &png[20..24]),
        (&780u32.to_be_bytes()[..], &1688u32.to_be_bytes()[..])
    );

    page.offline(true);
    assert_eq!(
        page.eval("fetch('a.csv').then(() => 'answered', () => 'refused')"),
        "refused"
    );
    page.offline(false);
    assert_eq!(page.eval("fetch('a.csv').then(r => r.text())"), "a");
}

#[test]
fn the_client_hears_every_trouble() {
    let Some((mut page, _turn)) = browser() else {
        return;
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("troubles");
    fs::create_dir_all(&folder).unwrap();
    let code = "console.error('worker error'); fetch('http://127.0.0.2:9/worker').catch(() => {}); postMessage(1)";
    let page_code = format!(
        "<!doctype html><link rel=icon href='data:,'><script>
         console.warn('a warning'); console.log('no trouble');
         setTimeout(() => {{ throw new Error('thrown') }});
         fetch('missing.js');
         new Worker(URL.createObjectURL(new Blob([`{code}`]))).onmessage = () => {{ window.done = true }};
         </script>"
    );
    fs::write(folder.join("index.html"), page_code).unwrap();
    let server = Server::start(&folder, "/");
    page.open(&server.url);
    page.wait_for("window.done");
    page.wait_for("new Promise(done => setTimeout(() => done(true), 200))");
    let troubles = page.troubles().join("\n");
    for expected in ["a warning", "thrown", "404", "worker error"] {
        assert!(
            troubles.contains(expected),
            "{expected} is not in\n{troubles}"
        );
    }
    assert!(!troubles.contains("no trouble"), "{troubles}");
    let requests = page.requests();
    assert!(
        requests
            .iter()
            .any(|url| url == "http://127.0.0.2:9/worker"),
        "{requests:#?}"
    );
}
