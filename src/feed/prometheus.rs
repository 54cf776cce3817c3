//! Prometheus's HTTP API, as Prometheus, Thanos, Mimir and VictoriaMetrics have it.
//!
//! What is asked, in this order, and what a server has to answer for it:
//!
//! 1. `GET …/api/v1/label/__name__/values?start=…&end=…`: which metrics there are.
//! 2. `GET …/api/v1/query_range?query=…&start=…&end=…&step=…`: the time that is looked back on, in chunks of at most
//!    11 000 points a series. The query is `last_over_time({__name__=~"a|b|c"}[Ns])` with N the step, so that a step
//!    in which nothing was scraped has no value.
//! 3. `GET …/api/v1/query?query=…&time=…`: what is new. The query is `{__name__=~"a|b|c"}[Nms]`, so that samples come
//!    with the times at which they were scraped. A server that does not take it (status 400, 404 or 422) is asked
//!    for a range as before.
