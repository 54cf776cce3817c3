//! The page on a telephone, a laptop and a wall, by day and by night.

use crate::app::{App, part, ready};
use crate::data;
use std::fs;
use std::path::Path;

/// The elements that reach over the right edge, and are not cut off by a box that scrolls.
const SPILLS: &str = "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 0.5)
    .filter(e => { for (let p = e.parentElement; p; p = p.parentElement) if (getComputedStyle(p).overflowX !== 'visible') return false; return true; })
    .map(e => `${e.tagName}.${e.className?.baseVal ?? e.className}`).join(', ')";

/// Opens all that can be opened: the panel of files, every fold, and what opens within these.
fn unfold(app: &mut App) {
    let late = "document.querySelector('[data-testid=drift][aria-busy=false]')";
    app.page.wait_for(late);
    app.page.click(&part("columns"));
    app.page
        .wait_for("document.querySelector('[data-testid=columns-panel] table')");
    app.page
        .eval("document.querySelectorAll('details').forEach(d => { d.open = true })");
    let all = "document.querySelectorAll('[data-testid=all-metrics] tbody .link')";
    app.page.wait_for(&format!("{all}.length > 20"));
    app.page
        .eval(&format!("[...{all}].forEach(b => b.click())"));
    app.page.wait_for(
        "document.querySelectorAll('[data-testid=all-metrics] .told').length > 20
         && document.querySelector('[data-testid=truth-by-slice] table')",
    );
    assert_eq!(
        app.page
            .eval("document.querySelectorAll('details:not([open])').length"),
        0
    );
}

#[test]
fn it_fits_every_width_in_both_schemes() {
    let Some(mut app) = App::open() else { return };
    let pictures = data::folder("pictures");
    for state in ["start", "report"] {
        if state == "report" {
            app.page.click(&part("try-demo"));
            ready(&mut app.page);
            unfold(&mut app);
        }
        for (width, height) in [(390, 844), (1280, 900), (2560, 1440)] {
            let mut grounds = Vec::new();
            for scheme in ["light", "dark"] {
                app.page.look(width, height, 2.0, scheme);
                let wide = app.page.eval("document.documentElement.scrollWidth");
                let fits = wide.as_u64() <= Some(width.into());
                assert!(
                    fits,
                    "{state}, {scheme}: {wide} px wide on {width}: {}",
                    app.page.eval(SPILLS)
                );
                // The body may leave its ground to the root.
                let ground = "[document.body, document.documentElement].map(e => getComputedStyle(e).backgroundColor).find(c => c !== 'rgba(0, 0, 0, 0)')";
                grounds.push(app.page.eval(ground));
                let picture = app.page.screenshot();
                fs::write(
                    pictures.join(format!("{state}-{width}-{scheme}.png")),
                    picture,
                )
                .unwrap();
            }
            assert_ne!(
                grounds[0], grounds[1],
                "{state}, {width} px: night looks like day"
            );
        }
    }
    // A chart has a pixel for each of the screen's.
    app.page.look(1280, 900, 2.0, "light");
    app.page.wait_for("(c => c && Math.abs(c.width - 2 * c.getBoundingClientRect().width) <= 2)(document.querySelector('[data-testid^=\"chart-\"] canvas, canvas[data-testid^=\"chart-\"]'))");
    app.assert_quiet();
}

/// Needs `PLUMBLINE_AXE=path/to/axe.min.js` (npm: axe-core).
#[test]
fn axe_finds_nothing() {
    let Some(library) = std::env::var_os("PLUMBLINE_AXE") else {
        println!("skipped: PLUMBLINE_AXE names no axe.min.js");
        return;
    };
    let Some(mut app) = App::open() else { return };
    for state in ["start", "report"] {
        if state == "report" {
            app.page.click(&part("try-demo"));
            ready(&mut app.page);
        }
        for scheme in ["light", "dark"] {
            app.page.look(1280, 900, 1.0, scheme);
            let found = app.page.axe(Path::new(&library));
            assert!(found.is_empty(), "{state}, {scheme}: {found:#?}");
        }
    }
}
