//! Change what a chat is for everyone, or mute it for oneself.

use act::{Act, Action, Event, Method, Operation, Permit, Place};
use base::Result;

use crate::{
    content::{CHAT_ANNOUNCEMENT, CHAT_DESCRIPTION, SystemBody, SystemEvent},
    model::{Announcement, Chat, Keeping, Overview, Shape},
    rules::{
        self, ANNOUNCEMENT_INVALID, CHAT_ABSENT, CHAT_CHANGED, DESCRIPTION_INVALID, DIRECT_FIXED,
        NAME_INVALID, RETENTION_BOUNDS, RETENTION_INVALID, TEXT_INPUT_BYTES_MAX,
    },
    settings::Settings,
    steps, store, wire,
};

pub static OP: Operation = Operation::write("messenger.chat.change", Action::Mark)
    .http(Method::Patch, "/chats/{chat}")
    .input_max(TEXT_INPUT_BYTES_MAX)
    .summary("Changes a chat's name, settings and announcement for everyone in it, or mutes it for oneself.")
    .refusing(&[
        CHAT_ABSENT,
        DIRECT_FIXED,
        NAME_INVALID,
        DESCRIPTION_INVALID,
        ANNOUNCEMENT_INVALID,
        RETENTION_BOUNDS,
        RETENTION_INVALID,
    ]);

/// What is to be different for everyone; nothing where it stays as it is.
struct Changes {
    name: Option<String>,
    description: Option<String>,
    announcement: Option<String>,
    settings: Option<Settings>,
    /// Days that the chat asks for, or none of its own.
    own_days: Option<Option<u32>>,
}

pub async fn run(act: &mut Act, input: wire::ChangeChat) -> Result<wire::Chat> {
    let name = input.name.as_deref().map(rules::chat_name).transpose()?;
    let description = input.description.as_deref().map(rules::description);
    let announcement = input.announcement.as_deref().map(rules::announcement);
    let overview = store::overview(act, input.chat).await?;
    let chat = &overview.chat;
    let permit = act.permit(chat).await?;
    let bounds = overview.keeping.bounds;
    let own_days = input
        .retention_days
        .map(|days| rules::own_retention(days, bounds));
    let asked = Changes {
        name,
        description: description.transpose()?,
        announcement: announcement.transpose()?,
        settings: is_set(&input).then(|| rules::changed(chat.settings, &input)),
        own_days: own_days.transpose()?,
    };
    if !asked.is_nothing() {
        act.permit_for(chat, Action::Change).await?;
        rules::is_group(chat)?;
    }
    let mut view = steps::view(act, &permit, &overview).await?;

    if let Some(muted) = input.muted {
        let since = muted.then(|| chat.standing.muted_at.unwrap_or(act.now()));
        store::update_muted(act, &permit, chat, since)?;
        let topic = Some(chat.id.to_bytes());
        act.notify(chat.standing.account, "chat.changed", topic, None);
        view.muted = muted;
    }
    let changes = asked.beside(chat.settings, &view);
    match changes.is_nothing() {
        true => Ok(view),
        false => change(act, &permit, &overview, (view, changes)),
    }
}

/// Whether one of the settings is named.
const fn is_set(input: &wire::ChangeChat) -> bool {
    input.visibility.is_some()
        || input.join.is_some()
        || input.posting.is_some()
        || input.mention_all.is_some()
        || input.history.is_some()
}

impl Changes {
    const fn is_nothing(&self) -> bool {
        self.name.is_none()
            && self.description.is_none()
            && self.announcement.is_none()
            && self.settings.is_none()
            && self.own_days.is_none()
    }

    /// Without what is so already.
    fn beside(self, settings: Settings, view: &wire::Chat) -> Self {
        let announced = view.announcement.as_ref().map_or("", |one| &one.text);
        Self {
            name: self.name.filter(|name| *name != view.name),
            description: self.description.filter(|text| *text != view.description),
            announcement: self.announcement.filter(|text| text != announced),
            settings: self.settings.filter(|asked| *asked != settings),
            own_days: self
                .own_days
                .filter(|days| *days != view.own_retention_days),
        }
    }
}

/// Two people who change at once: whoever comes second runs again, and sees what the first has made of it.
fn change(
    act: &mut Act,
    permit: &Permit<Chat>,
    overview: &Overview,
    (mut view, changes): (wire::Chat, Changes),
) -> Result<wire::Chat> {
    let chat = &overview.chat;
    act.raise(permit);
    if let Some(name) = changes.name {
        view = rename(act, permit, chat, wire::Chat { name, ..view })?;
    }
    // What is told by a message of its own needs no other word.
    let (mut is_silent, mut is_told) = (false, false);
    if let Some(settings) = changes.settings {
        store::update_settings(act, permit, chat.id, settings)?;
        view = view.set_to(settings);
        if settings.visibility == chat.settings.visibility {
            is_silent = true;
        } else {
            let told = SystemBody {
                visibility: Some(settings.visibility),
                ..SystemBody::new(SystemEvent::VisibilityChanged, Vec::new())
            };
            view = view.after(steps::tell(act, permit, told)?);
            is_told = true;
        }
    }
    if let Some(own) = changes.own_days {
        store::update_retention(act, permit, chat.id, own)?;
        view = view.kept(Keeping {
            own,
            ..overview.keeping
        });
        is_silent = true;
    }
    if let Some(text) = changes.description {
        describe(act, permit, overview, &text)?;
        view.description = text;
        is_silent = true;
    }
    if let Some(text) = changes.announcement {
        view.announcement = announce(act, permit, chat, text)?;
        if view.announcement.is_some() {
            let told = SystemBody::new(SystemEvent::AnnouncementChanged, Vec::new());
            view = view.after(steps::tell(act, permit, told)?);
            is_told = true;
        } else {
            is_silent = true;
        }
    }
    if is_silent && !is_told {
        view.last_change = act.emit(permit, Event::new(CHAT_CHANGED))?;
    }
    Ok(view)
}

fn rename(
    act: &mut Act,
    permit: &Permit<Chat>,
    chat: &Chat,
    view: wire::Chat,
) -> Result<wire::Chat> {
    let Shape::Group(old) = &chat.shape else {
        return Err(DIRECT_FIXED.into());
    };
    let name = steps::seal_name(act, permit, &view.name, old.version + 1);
    store::update_name(act, permit, chat.id, &name)?;
    let renamed = SystemBody {
        name: Some(view.name.clone()),
        ..SystemBody::new(SystemEvent::ChatRenamed, Vec::new())
    };
    Ok(view.after(steps::tell(act, permit, renamed)?))
}

fn describe(act: &mut Act, permit: &Permit<Chat>, overview: &Overview, text: &str) -> Result<()> {
    let (chat, version) = (
        overview.chat.id,
        overview.about.description_version.saturating_add(1),
    );
    let place = Place::new(chat, CHAT_DESCRIPTION).at(version);
    let sealed = (!text.is_empty()).then(|| act.seal(permit, place, text.as_bytes()));
    store::update_description(act, permit, chat, (sealed.as_ref(), version))
}

fn announce(
    act: &mut Act,
    permit: &Permit<Chat>,
    chat: &Chat,
    text: String,
) -> Result<Option<wire::Announcement>> {
    if text.is_empty() {
        store::update_announcement(act, permit, chat.id, None)?;
        return Ok(None);
    }
    let (by, at) = (chat.standing.account, act.now());
    let place = Place::new(chat.id, CHAT_ANNOUNCEMENT).at(at.micros());
    let sealed = Announcement {
        text: act.seal(permit, place, text.as_bytes()),
        by,
        at,
    };
    store::update_announcement(act, permit, chat.id, Some(&sealed))?;
    Ok(Some(wire::Announcement { text, by, at }))
}
