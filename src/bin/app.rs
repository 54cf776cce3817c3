//! The page and its workers: one module, two roles.

fn main() {
    plumbline::web::start();
}
