//! From method and path to an endpoint. The list of routes is the router's own: what is printed is what is served.

use std::sync::Arc;

use base::{Context, Fault, Result};
use http::{HeaderValue, Method};

use crate::{
    inquiry::Endpoint,
    metrics::{Metrics, RouteMeter},
};

/// One line of the router's list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Route {
    pub path: String,
    pub method: &'static str,
    /// The operation, or the gate's own name for what is no operation.
    pub operation: &'static str,
}

/// What a request must pass before its endpoint is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guard {
    /// Host, rate, and for unsafe methods the origin.
    Api,
    /// Host, rate, and always the origin.
    Socket,
    /// Nothing: probes ask by address and often.
    Probe,
}

/// An endpoint with what belongs to it.
pub(crate) struct Target {
    pub(crate) method: Method,
    pub(crate) guard: Guard,
    pub(crate) endpoint: Arc<dyn Endpoint>,
    pub(crate) meter: Arc<RouteMeter>,
}

/// All methods of one path.
pub(crate) struct Place {
    targets: Vec<Target>,
    pub(crate) allow: HeaderValue,
}

impl Place {
    pub(crate) fn target(&self, method: &Method) -> Option<&Target> {
        self.targets.iter().find(|target| target.method == *method)
    }
}

#[derive(Default)]
pub(crate) struct Plan {
    entries: Vec<(Route, Guard, Arc<dyn Endpoint>)>,
}

impl Plan {
    pub(crate) fn add(
        &mut self,
        method: &'static str,
        path: String,
        operation: &'static str,
        guard: Guard,
        endpoint: Arc<dyn Endpoint>,
    ) {
        self.entries.push((
            Route {
                path,
                method,
                operation,
            },
            guard,
            endpoint,
        ));
    }

    /// The routes so far, sorted by path.
    pub(crate) fn routes(&self) -> Vec<Route> {
        let mut routes: Vec<Route> = self
            .entries
            .iter()
            .map(|(route, ..)| route.clone())
            .collect();
        routes.sort();
        routes
    }

    /// # Errors
    /// A fault when two routes are in each other's way.
    pub(crate) fn build(self, metrics: &Metrics) -> Result<Router> {
        let routes = self.routes();
        let mut places: Vec<(String, Vec<Target>)> = Vec::new();
        for (route, guard, endpoint) in self.entries {
            let method =
                Method::from_bytes(route.method.as_bytes()).context("reading a route's method")?;
            let meter = metrics.route(route.method, &route.path);
            let target = Target {
                method,
                guard,
                endpoint,
                meter,
            };
            match places.iter_mut().find(|(path, _)| *path == route.path) {
                None => places.push((route.path, vec![target])),
                Some((path, targets)) if targets.iter().any(|own| own.method == target.method) => {
                    return Err(
                        Fault::new(format!("two routes for {} {path}", target.method)).into(),
                    );
                }
                Some((_, targets)) => targets.push(target),
            }
        }
        let mut table = matchit::Router::new();
        for (path, targets) in places {
            let methods: Vec<&str> = targets
                .iter()
                .map(|target| target.method.as_str())
                .collect();
            let allow =
                HeaderValue::try_from(methods.join(", ")).context("writing a route's methods")?;
            table
                .insert(path, Place { targets, allow })
                .context("adding a route")?;
        }
        Ok(Router { table, routes })
    }
}

pub(crate) struct Router {
    table: matchit::Router<Place>,
    pub(crate) routes: Vec<Route>,
}

impl Router {
    pub(crate) fn find<'a>(
        &'a self,
        path: &'a str,
    ) -> Option<(&'a Place, matchit::Params<'a, 'a>)> {
        self.table
            .at(path)
            .ok()
            .map(|found| (found.value, found.params))
    }
}
