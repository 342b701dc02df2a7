//! The front door: everything between the listener and the endpoints.

use std::{
    hash::{BuildHasher, RandomState},
    panic::AssertUnwindSafe,
    sync::Arc,
};

use act::Binding;
use base::{Clock, Entropy, Fault, RequestId, Result};
use futures_util::{FutureExt, future::BoxFuture};
use http::{Method, Request, Response, header};
use hyper::body::Incoming;
use tokio::time::Instant;

use crate::{
    assets::Assets,
    body::{self, Body},
    headers::{StandingHeaders, Surface, wellformed_request_id},
    health::{Alive, Check, Ready},
    inquiry::Inquiry,
    listen::{Full, Kept, Peer, Serve, Slots},
    metrics::{Metrics, RouteMeter},
    openapi,
    operation::{Authenticate, Doors, Execute, OperationEndpoint, shapes},
    origin, problem,
    public::PublicUrl,
    refusals,
    router::{Guard, Place, Plan, Route, Router, Target},
    seal::{self, EnterShares, ForgetShares, ReadSeal, SealDoor},
    socket::SocketLimits,
    source::{SourceKey, TrustedProxies},
    stream::{self, EchoEndpoint, StreamEndpoint, StreamHub},
    throttle::{Rate, Throttle},
    uploads::Uploads,
};

/// Where operations live.
pub const API_PREFIX: &str = "/api/v1";

/// What the operator decides.
#[derive(Debug, Clone)]
pub struct Config {
    pub public: PublicUrl,
    pub trusted_proxies: TrustedProxies,
    /// Requests to the API of one source; nothing for no limit.
    pub api_rate: Option<Rate>,
    /// Requests being answered at once, until the end of their answers' bodies; beyond that they are refused.
    pub requests_max: usize,
    /// Of one source.
    pub requests_per_source_max: usize,
    /// How long a request's body may take to arrive, in milliseconds.
    pub body_ms_max: u64,
    pub session_cookie_s: u32,
    pub sockets: SocketLimits,
    pub mode: Mode,
}

impl Config {
    /// The defaults under this public URL.
    pub fn new(public: PublicUrl) -> Self {
        Self {
            public,
            trusted_proxies: TrustedProxies::default(),
            api_rate: Some(Rate {
                per_minute: 60_000,
                burst: 5_000,
            }),
            requests_max: 4_096,
            requests_per_source_max: 128,
            body_ms_max: 30_000,
            session_cookie_s: 30 * 86_400,
            sockets: SocketLimits::default(),
            mode: Mode::Production,
        }
    }
}

/// Whether outside test suites may be let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Production,
    /// Adds `/__ws_echo`. The server refuses it on an address other than loopback.
    Test,
}

/// What the gate is built from.
pub struct House {
    pub bindings: Vec<Binding>,
    pub execute: Arc<dyn Execute>,
    pub authenticate: Arc<dyn Authenticate>,
    pub hub: Arc<dyn StreamHub>,
    pub seal: Arc<dyn SealDoor>,
    pub assets: Assets,
    pub checks: Vec<Arc<dyn Check>>,
    pub metrics: Arc<Metrics>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
}

/// The service behind the main listener.
#[derive(Clone)]
pub struct Gate(Arc<Inner>);

struct Inner {
    config: Config,
    headers: StandingHeaders,
    router: Router,
    seal: Arc<dyn SealDoor>,
    assets: Assets,
    api_throttle: Throttle<SourceKey>,
    requests: Arc<Slots>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    /// Sources are logged as a hash under a key of this process: enough to follow one, not enough to know whom.
    source_hash: RandomState,
    page_meter: Arc<RouteMeter>,
    lost_meter: Arc<RouteMeter>,
    document: Arc<openapi::Document>,
}

impl Gate {
    /// Builds the router from the operations that declare an address.
    ///
    /// # Errors
    /// A fault when two routes are in each other's way, or an operation of the system declares an address.
    pub fn new(config: Config, house: House) -> Result<Self> {
        let doors = Doors {
            execute: house.execute,
            authenticate: house.authenticate,
            uploads: Arc::new(Uploads::default()),
        };
        let mut plan = Plan::default();
        for binding in &house.bindings {
            add_operation(&mut plan, binding, &config, &doors)?;
        }
        let stream = StreamEndpoint {
            hub: house.hub,
            doors,
            limits: config.sockets,
        };
        plan.add(
            "GET",
            format!("{API_PREFIX}/stream"),
            stream::OPEN.name,
            Guard::Socket,
            Arc::new(stream),
        );
        add_seal(&mut plan, &house.seal, config.body_ms_max);
        let document = Arc::new(openapi::Document::default());
        let document_path = format!("{API_PREFIX}/openapi.json");
        plan.add(
            "GET",
            document_path,
            "gate.document.read",
            Guard::Api,
            Arc::clone(&document) as _,
        );
        plan.add(
            "GET",
            "/healthz".to_owned(),
            "gate.health.read",
            Guard::Probe,
            Arc::new(Alive),
        );
        plan.add(
            "GET",
            "/readyz".to_owned(),
            "gate.readiness.read",
            Guard::Probe,
            Arc::new(Ready::new(house.checks)),
        );
        if config.mode == Mode::Test {
            plan.add(
                "GET",
                "/__ws_echo".to_owned(),
                "gate.echo.open",
                Guard::Socket,
                Arc::new(EchoEndpoint),
            );
        }
        document.fill(&config.public, &house.bindings, &plan.routes())?;
        Ok(Self(Arc::new(Inner {
            headers: StandingHeaders::new(&config.public)?,
            router: plan.build(&house.metrics)?,
            seal: house.seal,
            assets: house.assets,
            api_throttle: Throttle::new(config.api_rate, 50_000),
            requests: Arc::new(Slots::new(
                config.requests_max,
                config.requests_per_source_max,
            )),
            clock: house.clock,
            entropy: house.entropy,
            source_hash: RandomState::new(),
            page_meter: house.metrics.route("GET", "(page)"),
            lost_meter: house.metrics.route("ANY", "(none)"),
            document,
            config,
        })))
    }

    /// The router's own list, sorted by path.
    pub fn routes(&self) -> &[Route] {
        &self.0.router.routes
    }

    /// How many requests are being answered.
    pub fn open_requests(&self) -> usize {
        self.0.requests.open()
    }

    /// Takes another rate of the API for each source, while requests are answered.
    pub fn set_api_rate(&self, rate: Option<Rate>) {
        self.0.api_throttle.set_rate(rate);
    }

    /// The OpenAPI document as served.
    pub fn document(&self) -> &str {
        self.0.document.text()
    }
}

fn add_seal(plan: &mut Plan, door: &Arc<dyn SealDoor>, body_ms_max: u64) {
    let read = Arc::new(ReadSeal(Arc::clone(door)));
    let enter = Arc::new(EnterShares::new(Arc::clone(door), body_ms_max));
    let forget = Arc::new(ForgetShares::new(Arc::clone(door)));
    let at = format!("{API_PREFIX}/seal");
    let shares = format!("{API_PREFIX}/seal/shares");
    plan.add("GET", at, seal::READ, Guard::Api, read);
    plan.add("POST", shares.clone(), seal::ENTER, Guard::Api, enter);
    plan.add("DELETE", shares, seal::FORGET, Guard::Api, forget);
}

fn add_operation(plan: &mut Plan, binding: &Binding, config: &Config, doors: &Doors) -> Result<()> {
    let operation = binding.operation;
    let Some((method, path)) = operation.http else {
        return Ok(());
    };
    if !matches!(
        operation.access,
        act::Audience::Public | act::Audience::Member
    ) {
        let what = format!(
            "{} is not for the wire and declares an address",
            operation.name
        );
        return Err(Fault::new(what).into());
    }
    let endpoint = OperationEndpoint {
        operation,
        shapes: shapes(binding),
        body_ms_max: config.body_ms_max,
        session_cookie_s: config.session_cookie_s,
        doors: doors.clone(),
    };
    plan.add(
        method.name(),
        format!("{API_PREFIX}{path}"),
        operation.name,
        Guard::Api,
        Arc::new(endpoint),
    );
    Ok(())
}

impl Serve for Gate {
    fn serve(
        &self,
        request: Request<Incoming>,
        peer: Arc<Peer>,
    ) -> BoxFuture<'static, Response<Body>> {
        let inner = Arc::clone(&self.0);
        Box::pin(async move { inner.serve(request, peer).await })
    }
}

/// One request's facts, for its answer's headers and its line in the log.
struct Passage {
    begun: Instant,
    id: RequestId,
    /// Our own id as text: what problems, faults and the log show.
    reference: String,
    /// What the answer's header says: the client's own id when it sent a sound one, else ours. It is echoed and
    /// never logged: nobody knows what a client puts there.
    echo: String,
    source: SourceKey,
    method: Method,
}

impl Inner {
    async fn serve(
        self: Arc<Self>,
        mut request: Request<Incoming>,
        peer: Arc<Peer>,
    ) -> Response<Body> {
        let id = RequestId::generate(self.clock.now(), self.entropy.as_ref());
        let client = self
            .config
            .trusted_proxies
            .client(peer.address(), request.headers());
        let passage = Passage {
            begun: Instant::now(),
            id,
            reference: id.to_string(),
            echo: wellformed_request_id(request.headers())
                .map_or_else(|| id.to_string(), str::to_owned),
            source: SourceKey::of(client),
            method: request.method().clone(),
        };
        let path = request.uri().path().to_owned();
        let (surface, meter, result) = match self.router.find(&path) {
            Some((place, parameters)) => {
                let parameters = parameters
                    .iter()
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .collect();
                self.route(place, parameters, request, peer, &passage).await
            }
            None => {
                body::discard_unheard(request.body_mut()).await;
                self.page(&path, &request, &passage)
            }
        };
        let mut response = result
            .unwrap_or_else(|error| problem::render(&error, &passage.reference, meter.pattern()));
        self.headers
            .put_on(response.headers_mut(), surface, &passage.echo);
        self.note(&passage, &meter, &response);
        response
    }

    async fn route(
        &self,
        place: &Place,
        parameters: Vec<(String, String)>,
        mut request: Request<Incoming>,
        peer: Arc<Peer>,
        passage: &Passage,
    ) -> (Surface, Arc<RouteMeter>, Result<Response<Body>>) {
        let Some(target) = place.target(request.method()) else {
            body::discard_unheard(request.body_mut()).await;
            let mut response = problem::render(
                &refusals::METHOD_NOT_ALLOWED.into(),
                &passage.reference,
                "(none)",
            );
            response
                .headers_mut()
                .insert(header::ALLOW, place.allow.clone());
            return (Surface::Data, Arc::clone(&self.lost_meter), Ok(response));
        };
        let inquiry = Inquiry {
            request,
            peer,
            source: passage.source,
            id: passage.id,
            parameters,
        };
        let result = self.pass(target, inquiry).await;
        (Surface::Data, Arc::clone(&target.meter), result)
    }

    /// Checks the guard, then asks the endpoint. A panic in it is a fault like any other and ends no other request.
    async fn pass(&self, target: &Target, mut inquiry: Inquiry) -> Result<Response<Body>> {
        let place = match target.guard {
            // Whoever watches over the server must hear of it when it is busy, too.
            Guard::Probe => None,
            Guard::Api | Guard::Socket => Some(self.place(inquiry.source)?),
        };
        let checked = self.check(target.guard, &inquiry);
        if let Err(error) = checked.and_then(|()| self.check_seal(target)) {
            let refused = target.endpoint.turned_away(&inquiry, error);
            body::discard_unheard(inquiry.request.body_mut()).await;
            return Err(refused);
        }
        let answer = Arc::clone(&target.endpoint).answer(inquiry);
        let mut response = AssertUnwindSafe(answer)
            .catch_unwind()
            .await
            .unwrap_or_else(|_| Err(Fault::new("an endpoint panicked").into()))?;
        if let Some(place) = place {
            response.extensions_mut().insert(place);
        }
        Ok(response)
    }

    /// # Errors
    /// `kms.sealed`, for all that is not needed to unseal.
    fn check_seal(&self, target: &Target) -> Result<()> {
        match target.guard == Guard::Probe || target.endpoint.answers_sealed() {
            true => Ok(()),
            false => seal::check(self.seal.as_ref()),
        }
    }

    fn check(&self, guard: Guard, inquiry: &Inquiry) -> Result<()> {
        if guard == Guard::Probe {
            return Ok(());
        }
        let public = &self.config.public;
        let authority = origin::own_authority(public, &inquiry.request)?;
        self.api_throttle.take(inquiry.source)?;
        let headers = inquiry.request.headers();
        match guard {
            Guard::Socket => origin::check_socket(public, authority, headers),
            _ if origin::is_unsafe(inquiry.request.method()) => {
                origin::check_unsafe(public, authority, headers)
            }
            _ => Ok(()),
        }
    }

    /// A place among the requests that are being answered, held until the end of the answer's body.
    fn place(&self, source: SourceKey) -> Result<Kept> {
        match self.requests.take(Some(source)) {
            Ok(slot) => Ok(Kept::new(slot)),
            Err(Full::Source) => Err(refusals::TOO_MANY.retry_after(1)),
            Err(Full::All) => Err(refusals::OVERLOADED.retry_after(1)),
        }
    }

    /// What is no route may be a file, or an address of the web application; the API's own space never is.
    fn page(
        &self,
        path: &str,
        request: &Request<Incoming>,
        passage: &Passage,
    ) -> (Surface, Arc<RouteMeter>, Result<Response<Body>>) {
        let lost = |result| (Surface::Data, Arc::clone(&self.lost_meter), result);
        if let Err(refused) = origin::own_authority(&self.config.public, request) {
            return lost(Err(refused));
        }
        if path.starts_with("/api/") || path.starts_with("/__") {
            return lost(Err(refusals::NOT_FOUND.into()));
        }
        match self.assets.find(&passage.method, path, request.headers()) {
            Some(asset) => {
                let answer = asset.answer(&passage.method, request.headers());
                (Surface::Page, Arc::clone(&self.page_meter), Ok(answer))
            }
            None => lost(Err(refusals::NOT_FOUND.into())),
        }
    }

    /// Counts the answer and writes its line: the route's pattern, never the address.
    fn note(&self, passage: &Passage, meter: &RouteMeter, response: &Response<Body>) {
        let took = passage.begun.elapsed();
        meter.count(response.status(), took);
        tracing::info!(
            target: "gate::access",
            method = known_method(&passage.method),
            route = meter.pattern(),
            status = response.status().as_u16(),
            micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            bytes = response.body().length_bytes(),
            source = format_args!("{:016x}", self.source_hash.hash_one(passage.source)),
            reference = passage.reference,
        );
    }
}

/// The method's name, if it is one of HTTP's own: any other word is the client's text and is not logged.
fn known_method(method: &Method) -> &str {
    match *method {
        Method::GET
        | Method::HEAD
        | Method::POST
        | Method::PUT
        | Method::PATCH
        | Method::DELETE => method.as_str(),
        _ => "other",
    }
}
