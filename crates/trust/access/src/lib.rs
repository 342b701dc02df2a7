#![doc = include_str!("../README.md")]

use act::{Action, Audience, Caller, Decision, Question, Relation};
use base::TenantId;

/// What a relation to a kind of resource allows.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    pub kind: &'static str,
    pub relation: Relation,
    pub actions: &'static [Action],
}

const fn rule(kind: &'static str, relation: Relation, actions: &'static [Action]) -> Rule {
    Rule {
        kind,
        relation,
        actions,
    }
}

/// The whole policy for people. What is not here is not allowed.
pub const RULES: &[Rule] = &[
    rule(
        "act.cell",
        Relation::None,
        &[Action::Authenticate, Action::Create, Action::Find],
    ),
    rule(
        "identity.person",
        Relation::Own,
        &[
            Action::Authenticate,
            Action::Find,
            Action::Read,
            Action::Mark,
            Action::Change,
            Action::Create,
        ],
    ),
    rule(
        "identity.directory",
        Relation::Owner,
        &[
            Action::Find,
            Action::Read,
            Action::Mark,
            Action::Create,
            Action::Change,
            Action::Administer,
            Action::Transfer,
        ],
    ),
    rule(
        "identity.directory",
        Relation::Administrator,
        &[
            Action::Find,
            Action::Read,
            Action::Mark,
            Action::Create,
            Action::Change,
            Action::Administer,
        ],
    ),
    rule(
        "identity.directory",
        Relation::Member,
        &[Action::Find, Action::Read, Action::Mark, Action::Create],
    ),
    // Proved by an invitation, or by being about to become an account of it.
    rule(
        "identity.directory",
        Relation::Own,
        &[Action::Find, Action::Authenticate, Action::Create],
    ),
    rule(
        "messenger.chat",
        Relation::Owner,
        &[
            Action::Find,
            Action::Read,
            Action::Post,
            Action::Mark,
            Action::Join,
            Action::Change,
            Action::Invite,
            Action::ManageMembers,
            Action::Moderate,
            Action::Appoint,
            Action::Leave,
            Action::Transfer,
            Action::Disband,
        ],
    ),
    rule(
        "messenger.chat",
        Relation::Manager,
        &[
            Action::Find,
            Action::Read,
            Action::Post,
            Action::Mark,
            Action::Join,
            Action::Change,
            Action::Invite,
            Action::ManageMembers,
            Action::Moderate,
            Action::Leave,
        ],
    ),
    rule(
        "messenger.chat",
        Relation::Member,
        &[
            Action::Find,
            Action::Read,
            Action::Post,
            Action::Mark,
            Action::Join,
            Action::Invite,
            Action::Leave,
        ],
    ),
    // A chat that comes from another messenger, while nobody is in it: it is added to, and not read.
    rule(
        "messenger.chat",
        Relation::Administrator,
        &[Action::Administer],
    ),
    // What an account keeps for itself; nobody else stands to it at all.
    rule(
        "messenger.shelf",
        Relation::Own,
        &[Action::Find, Action::Read, Action::Create, Action::Change],
    ),
    // A public chat, or one whose link the caller has: its door is open, nothing that was said behind it.
    rule(
        "messenger.chat",
        Relation::Colleague,
        &[Action::Find, Action::Join],
    ),
];

/// The kinds that operators may work on: none holds what people write to one another.
const OPERATOR_KINDS: &[&str] = &["act.cell", "identity.directory", "identity.person"];

/// Answers from [`RULES`].
#[derive(Debug, Default, Clone, Copy)]
pub struct Policy;

impl act::Access for Policy {
    fn decide(&self, question: &Question<'_>) -> Decision {
        match question.caller {
            Caller::System { tenant, .. } => by_system(question, *tenant),
            Caller::Operator { .. } => by_operator(question),
            Caller::Nobody => by_nobody(question),
            Caller::Member(member) => by_member(question, member.tenant),
        }
    }
}

fn by_system(question: &Question<'_>, tenant: TenantId) -> Decision {
    let is_declared = question.operation.access == Audience::System;
    let is_within = tenant == TenantId::NIL || tenant == question.tenant;
    allowed_if(is_declared && is_within, Decision::Hidden)
}

fn by_operator(question: &Question<'_>) -> Decision {
    let is_declared = question.operation.access == Audience::Operator;
    allowed_if(
        is_declared && OPERATOR_KINDS.contains(&question.kind.0),
        Decision::Hidden,
    )
}

fn by_nobody(question: &Question<'_>) -> Decision {
    let is_public = question.operation.access == Audience::Public;
    allowed_if(is_public && is_in_rules(question), Decision::Hidden)
}

fn by_member(question: &Question<'_>, tenant: TenantId) -> Decision {
    let is_within = question.tenant == tenant
        || question.tenant == TenantId::NIL
        || (question.operation.crosses_tenants && question.relation == Relation::Own);
    let may_know =
        is_within && (question.relation != Relation::None || question.kind.0 == "act.cell");
    match (may_know, is_in_rules(question)) {
        (true, true) => Decision::Allowed,
        (true, false) => Decision::Forbidden,
        (false, _) => Decision::Hidden,
    }
}

fn is_in_rules(question: &Question<'_>) -> bool {
    RULES.iter().any(|rule| {
        rule.kind == question.kind.0
            && rule.relation == question.relation
            && rule.actions.contains(&question.action)
    })
}

const fn allowed_if(is_allowed: bool, otherwise: Decision) -> Decision {
    if is_allowed {
        Decision::Allowed
    } else {
        otherwise
    }
}

#[cfg(test)]
mod tests {
    use act::{Access, Kind, Member, Operation, Role};
    use base::Id;

    use super::*;

    static READ: Operation = Operation::read("test.read", Action::Read);

    fn member(tenant: TenantId) -> Caller {
        Caller::Member(Member {
            tenant,
            account: Id::NIL,
            person: Id::NIL,
            session: Id::NIL,
            role: Role::Owner,
        })
    }

    fn ask(caller: &Caller, action: Action, tenant: TenantId, relation: Relation) -> Decision {
        let kind = Kind("messenger.chat");
        Policy.decide(&Question {
            caller,
            operation: &READ,
            action,
            kind,
            tenant,
            relation,
        })
    }

    #[test]
    fn a_chat_is_open_to_its_members_and_hidden_from_everyone_else() {
        let (ours, theirs) = (Id::from_bytes([1; 16]), Id::from_bytes([2; 16]));
        let caller = member(ours);
        assert_eq!(
            ask(&caller, Action::Read, ours, Relation::Member),
            Decision::Allowed
        );
        assert_eq!(
            ask(&caller, Action::Transfer, ours, Relation::Member),
            Decision::Forbidden
        );
        assert_eq!(
            ask(&caller, Action::Transfer, ours, Relation::Owner),
            Decision::Allowed
        );
        assert_eq!(
            ask(&caller, Action::Read, ours, Relation::None),
            Decision::Hidden
        );
        assert_eq!(
            ask(&caller, Action::Read, theirs, Relation::Member),
            Decision::Hidden
        );
    }

    #[test]
    fn ranks_of_a_chat_differ_in_what_they_decide() {
        let ours = Id::from_bytes([1; 16]);
        let caller = member(ours);
        let of = |relation| {
            let ask = |action| ask(&caller, action, ours, relation) == Decision::Allowed;
            [
                Action::Find,
                Action::Join,
                Action::Read,
                Action::Post,
                Action::Change,
                Action::ManageMembers,
                Action::Moderate,
                Action::Appoint,
                Action::Transfer,
                Action::Disband,
            ]
            .map(ask)
        };
        let (yes, no) = (true, false);
        let owner = [yes; 10];
        let manager = [yes, yes, yes, yes, yes, yes, yes, no, no, no];
        let plain = [yes, yes, yes, yes, no, no, no, no, no, no];
        let colleague = [yes, yes, no, no, no, no, no, no, no, no];
        assert_eq!(of(Relation::Owner), owner);
        assert_eq!(of(Relation::Manager), manager);
        assert_eq!(of(Relation::Member), plain);
        assert_eq!(of(Relation::Colleague), colleague);
        assert_eq!(of(Relation::None), [no; 10]);
    }

    #[test]
    fn administrators_add_to_chats_that_arrive_and_do_nothing_else() {
        let ours = Id::from_bytes([1; 16]);
        let of = |action| ask(&member(ours), action, ours, Relation::Administrator);
        assert_eq!(of(Action::Administer), Decision::Allowed);
        for action in [Action::Find, Action::Read, Action::Post, Action::Change] {
            assert_eq!(of(action), Decision::Forbidden);
        }
        let others = [Relation::Owner, Relation::Manager, Relation::Member];
        for relation in others {
            let asked = ask(&member(ours), Action::Administer, ours, relation);
            assert_eq!(asked, Decision::Forbidden);
        }
    }

    #[test]
    fn operators_reach_no_content_by_any_action() {
        let operator = Caller::Operator {
            tenant: TenantId::NIL,
        };
        for rule in RULES.iter().filter(|rule| rule.kind == "messenger.chat") {
            for action in rule.actions {
                assert_eq!(
                    ask(&operator, *action, TenantId::NIL, rule.relation),
                    Decision::Hidden
                );
            }
        }
    }
}
