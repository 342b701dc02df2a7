//! What travels: inputs, views and answers. Unknown fields of inputs are refused.

use base::{
    AccountId, AvatarId, EventId, InvitationId, PersonId, Secret, SessionId, TenantId, Timestamp,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An input without fields.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// An answer without fields.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Done {}

/// A page of a list.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Asks for the next page; null when there is none.
    pub next_cursor: Option<String>,
}

#[derive(Serialize, Deserialize, JsonSchema, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum SignUpMode {
    Open,
    Code,
    Closed,
}

#[derive(Serialize, Deserialize, JsonSchema, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum TenantKind {
    Organisation,
    /// A tenant of one.
    Personal,
}

#[derive(Serialize, Deserialize, JsonSchema, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Owner,
    Administrator,
    Member,
}

#[derive(Serialize, Deserialize, JsonSchema, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Active,
    Suspended,
}

/// What everybody may know of this installation.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Instance {
    pub name: String,
    pub version: String,
    pub sign_up: SignUpMode,
    /// The root key is a key file of the server's machine: good for trying out.
    pub development_seal: bool,
    /// Whether the server can send mail.
    pub mail: bool,
    /// The server's custodians have to unseal it before anybody can sign in.
    pub sealed: bool,
}

/// The caller: their person, the account as which the session acts, and where else they have one.
#[derive(Serialize, Deserialize, JsonSchema, Clone)]
pub struct Me {
    pub person: Person,
    pub account: Account,
    pub tenant: Tenant,
    /// The accounts as which the person may act, this one included.
    pub accounts: Vec<Home>,
    pub session: SessionId,
}

#[derive(Serialize, Deserialize, JsonSchema, Clone)]
pub struct Person {
    pub id: PersonId,
    pub mail: String,
    /// Whether a second factor is asked for at sign-in.
    pub totp: bool,
    pub recovery_codes_left: i64,
}

#[derive(Serialize, Deserialize, JsonSchema, Clone)]
pub struct Account {
    pub id: AccountId,
    pub name: String,
    pub title: String,
    pub role: Role,
    pub state: State,
    pub locale: String,
    pub zone: String,
    /// Changes when the picture changes.
    pub avatar: Option<AvatarId>,
}

#[derive(Serialize, Deserialize, JsonSchema, Clone)]
pub struct Tenant {
    pub id: TenantId,
    pub name: String,
    pub kind: TenantKind,
}

#[derive(Serialize, Deserialize, JsonSchema, Clone)]
pub struct Home {
    pub account: AccountId,
    pub tenant: TenantId,
    pub tenant_name: String,
}

/// What signing in comes to.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SignedIn {
    SignedIn {
        /// Empty, as the session is a cookie; the gate puts the token here for clients that ask with `X-Bastide-Token: 1`.
        token: String,
        me: Box<Me>,
    },
    /// The password was right; the ticket goes to `/sign-in/second-factor` with a code.
    SecondFactor { ticket: String },
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignUp {
    pub kind: TenantKind,
    /// The name of the organisation; not for a personal tenant.
    #[serde(default)]
    pub organisation: Option<String>,
    pub name: String,
    pub mail: String,
    pub password: Secret<String>,
    /// Where signing up needs a code.
    #[serde(default)]
    pub code: Option<String>,
    /// `zh-CN` or `en`.
    pub locale: String,
    /// An IANA zone: `Asia/Shanghai`.
    pub zone: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    pub mail: String,
    pub password: Secret<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondFactor {
    pub ticket: String,
    /// Six digits of the authenticator application.
    #[serde(default)]
    pub code: Option<String>,
    /// In place of the code, each once.
    #[serde(default)]
    pub recovery_code: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateMe {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default)]
    pub locale: Option<String>,
    #[serde(default)]
    pub zone: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    pub account: AccountId,
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub struct NewAvatar {
    pub avatar: AvatarId,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadAvatar {
    pub avatar: AvatarId,
    /// 64 or 256 pixels; 256 when it is not said.
    #[serde(default)]
    pub size: Option<u32>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    pub current: Secret<String>,
    pub password: Secret<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrolTotp {
    pub password: Secret<String>,
}

/// What an authenticator application needs. It counts from the first code that is given back.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct NewTotp {
    /// Base32, for typing.
    pub secret: String,
    pub uri: String,
    /// The address as a picture.
    pub qr_svg: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Code {
    pub code: String,
}

/// Shown once.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct RecoveryCodes {
    pub recovery_codes: Vec<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveTotp {
    pub password: Secret<String>,
    pub code: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct List {
    #[serde(default)]
    pub limit: Option<u32>,
    #[serde(default)]
    pub cursor: Option<String>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Session {
    pub id: SessionId,
    /// Whether it is the one that asks.
    pub current: bool,
    pub client: String,
    pub address: String,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
    /// When it ends if nobody uses it any more.
    pub expires_at: Timestamp,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeSession {
    pub session: SessionId,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestReset {
    pub mail: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishReset {
    pub token: String,
    pub password: Secret<String>,
    /// With a link that did not go to the registered address: six digits of the authenticator application.
    #[serde(default)]
    pub code: Option<String>,
    #[serde(default)]
    pub recovery_code: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListAccounts {
    /// Part of a name, in any case.
    #[serde(default)]
    pub query: Option<String>,
    #[serde(default)]
    pub limit: Option<u32>,
    #[serde(default)]
    pub cursor: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadAccount {
    pub account: AccountId,
}

/// An account as administrators see it.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Member {
    #[serde(flatten)]
    pub account: Account,
    pub mail: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateMember {
    pub account: AccountId,
    #[serde(default)]
    pub role: Option<Role>,
    #[serde(default)]
    pub state: Option<State>,
}

/// Where the link to a new password went. Whoever asked for it never gets in by it alone.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "sent", rename_all = "snake_case")]
pub enum SentReset {
    /// To the person's registered address.
    Mail,
    /// Nowhere: hand it over. It asks for a code of the person's second factor.
    Link { link: String },
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateInvitation {
    /// Who may take it; everybody who has the link, when it is not said.
    #[serde(default)]
    pub mail: Option<String>,
    pub role: InvitedRole,
    /// Between 1 and 720.
    pub expires_in_h: u32,
}

/// Ownership is handed over, never given by a link.
#[derive(Serialize, Deserialize, JsonSchema, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum InvitedRole {
    Administrator,
    Member,
}

#[derive(Serialize, Deserialize, JsonSchema, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum InvitationState {
    Open,
    Accepted,
    Withdrawn,
    Expired,
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Invitation {
    pub id: InvitationId,
    /// Shown when the invitation is made, and never again: only its hash is kept.
    pub link: Option<String>,
    pub expires_at: Timestamp,
    pub role: InvitedRole,
    pub mail: Option<String>,
    pub state: InvitationState,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadInvitation {
    pub invitation: InvitationId,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawInvitation {
    pub invitation: InvitationId,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationToken {
    pub token: String,
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub struct InvitationView {
    pub tenant_name: String,
    pub inviter_name: String,
    /// The only address that may take it.
    pub mail: Option<String>,
    pub expires_at: Timestamp,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptInvitation {
    pub token: String,
    pub name: String,
    pub mail: String,
    /// A new one, or the one that the person has already.
    pub password: Secret<String>,
    pub locale: String,
    pub zone: String,
}

/// For the gate: the hash of a session's token.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveSession {
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub struct ResolvedSession {
    pub session: SessionId,
    pub person: PersonId,
    pub tenant: TenantId,
    pub account: AccountId,
    pub role: Role,
    pub seen_at: Timestamp,
}

/// The answer to [`ResolveSession`]: null when nobody is signed in by this token.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Resolution {
    pub session: Option<ResolvedSession>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LiveSessions {
    /// At most 10,000.
    pub sessions: Vec<SessionId>,
}

/// A session that stands, and the account as which it acts: a socket of another account is stale.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct LiveSession {
    pub session: SessionId,
    pub account: AccountId,
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Live {
    pub live: Vec<LiveSession>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TouchSession {
    pub session: SessionId,
}

/// A tenant as the operator sees it: counts, no names.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct CountedTenant {
    pub id: TenantId,
    pub kind: TenantKind,
    pub state: State,
    pub created_at: Timestamp,
    pub accounts: i64,
    pub accounts_active: i64,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetTenantState {
    pub tenant: TenantId,
    pub state: State,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetSignUp {
    pub sign_up: SignUpMode,
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub struct SignUpCode {
    /// Shown once.
    pub code: String,
    pub expires_at: Timestamp,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StartReset {
    pub mail: String,
}

/// Whose second factor was guessed at in vain.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeFailure {
    pub subject: PersonId,
}

/// A letter as it is kept, sealed: its kind and parameters.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Letter {
    /// To the registered address of a person.
    Reset { link: String },
    /// To an address that is not registered yet.
    Invitation {
        to: String,
        link: String,
        tenant: String,
        inviter: String,
        locale: String,
    },
}

/// Letters that are due.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct DueLetters {
    pub letters: Vec<EventId>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadLetter {
    pub letter: EventId,
}

/// A letter as it is sent.
#[derive(Serialize, Deserialize, JsonSchema, Debug, Clone, PartialEq, Eq)]
pub struct RenderedLetter {
    pub to: String,
    pub subject: String,
    pub text: String,
}

/// A letter to send; null when it is gone.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct LetterToSend {
    pub letter: Option<RenderedLetter>,
}

#[derive(Serialize, Deserialize, JsonSchema, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum LetterOutcome {
    Sent,
    /// To be tried again later.
    Failed,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SettleLetter {
    pub letter: EventId,
    pub outcome: LetterOutcome,
}
