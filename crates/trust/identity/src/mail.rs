//! Letters: kept as a kind and parameters, written for their reader when they go.

use act::{Act, Cell, Permit, Place};
use base::{Context, EventId, Fault, PersonId, Result};

use crate::{model::fields, store, wire};

/// The version of the stored form; older forms stay readable.
const FORM: u8 = 1;

/// Has a letter sent once the act has committed; to a person's registered address, or to the one in the letter.
pub(crate) fn post(
    act: &mut Act,
    cell: &Permit<Cell>,
    person: Option<PersonId>,
    letter: &wire::Letter,
) -> Result<()> {
    let id: EventId = act.new_id();
    let mut content = vec![FORM];
    serde_json::to_writer(&mut content, letter).context("writing a letter")?;
    let sealed = act.seal(cell, Place::new(id, fields::LETTER), &content);
    store::insert_letter(act, cell, id, person, sealed)
}

/// Opens a letter that waits.
pub(crate) fn open(
    act: &Act,
    cell: &Permit<Cell>,
    letter: &crate::model::Letter,
) -> Result<wire::Letter> {
    let content = act.open(cell, Place::new(letter.id, fields::LETTER), &letter.content)?;
    match content.split_first() {
        Some((&FORM, json)) => serde_json::from_slice(json).context("reading a letter"),
        _ => Err(Fault::new("a letter in a form that this program does not know").into()),
    }
}

/// A letter as it is sent: subject and plain text. No markup, and nothing that is fetched when it is read.
pub(crate) fn render(letter: &wire::Letter, locale: &str, instance: &str) -> (String, String) {
    match (letter, locale) {
        (wire::Letter::Reset { link }, "zh-CN") => (
            format!("重设你在 {instance} 的密码"),
            format!(
                "你好：\n\n有人请求重设你在 {instance} 的密码。请在一小时内打开下面的链接设置新密码：\n\n{link}\n\n\
                 如果不是你本人的请求，请忽略这封邮件，你的密码不会改变。\n"
            ),
        ),
        (wire::Letter::Reset { link }, _) => (
            format!("A new password for {instance}"),
            format!(
                "Hello,\n\nsomebody asked for a new password for you at {instance}. Open this link within an hour to set it:\n\n\
                 {link}\n\nIf it was not you, ignore this letter: your password stays as it is.\n"
            ),
        ),
        (
            wire::Letter::Invitation {
                link,
                tenant,
                inviter,
                ..
            },
            "zh-CN",
        ) => (
            format!("{inviter} 邀请你加入 {tenant}"),
            format!(
                "你好：\n\n{inviter} 邀请你加入 {instance} 上的 {tenant}。请打开下面的链接接受邀请：\n\n{link}\n\n该链接只能使用一次。\n"
            ),
        ),
        (
            wire::Letter::Invitation {
                link,
                tenant,
                inviter,
                ..
            },
            _,
        ) => (
            format!("{inviter} invites you to {tenant}"),
            format!(
                "Hello,\n\n{inviter} invites you to {tenant} at {instance}. Open this link to accept:\n\n{link}\n\n\
                 The link can be used once.\n"
            ),
        ),
    }
}
