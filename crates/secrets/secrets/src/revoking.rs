//! Taking tokens back, with everything below them, and clearing what mounts leave. Each may end half-way and is done again.

use std::{collections::BTreeSet, sync::Arc};

use futures_util::future::BoxFuture;
use logical::{Changes, Failure};

use crate::{
    core::{Core, root_of},
    open::Open,
    shape,
    tokens::{self, Token},
};

/// Tokens that one commit takes away.
const AT_ONCE: usize = 64;
/// How often a commit is tried when others change the same.
const TRIES: usize = 32;

/// Revokes a token and everything that it made, and what they made. The token is good for nothing from the first commit on, so
/// that nothing new comes below it.
pub(crate) async fn revoke_tree(core: &Core, open: &Open, hash: &str) -> Result<(), Failure> {
    close(core, open, hash).await?;
    let mut order = vec![hash.to_owned()];
    let mut seen = BTreeSet::from([hash.to_owned()]);
    let mut at = 0;
    while let Some(parent) = order.get(at).cloned() {
        at += 1;
        for child in children(core, &parent).await? {
            if seen.insert(child.clone()) {
                close(core, open, &child).await?;
                order.push(child);
            }
        }
    }
    for hash in &order {
        clear_cubbyhole(core, open, hash).await?;
    }
    // Those that were made last go first: whatever ends this, what is left still hangs together.
    order.reverse();
    for some in order.chunks(AT_ONCE) {
        settle(core, open, &some, |_, changes, some| {
            Box::pin(take_away(changes, some))
        })
        .await?;
    }
    Ok(())
}

/// Revokes a token; what it made has no parent any more.
pub(crate) async fn revoke_alone(core: &Core, open: &Open, hash: &str) -> Result<(), Failure> {
    close(core, open, hash).await?;
    for child in children(core, hash).await? {
        settle(core, open, &child, |_, changes, child| {
            Box::pin(orphan(changes, child))
        })
        .await?;
    }
    clear_cubbyhole(core, open, hash).await?;
    settle(core, open, &[hash.to_owned()], |_, changes, some| {
        Box::pin(take_away(changes, some))
    })
    .await
}

/// Makes a token good for nothing.
async fn close(core: &Core, open: &Open, hash: &str) -> Result<(), Failure> {
    settle(core, open, &hash, |_, changes, hash| {
        Box::pin(async move {
            let Some(token) = tokens::find(changes, hash).await? else {
                return Ok(());
            };
            let closed = Token {
                uses: Some(0),
                ..token.clone()
            };
            tokens::replace(changes, hash, &token, &closed).await
        })
    })
    .await
}

async fn orphan(changes: &mut Changes, hash: &str) -> Result<(), Failure> {
    let Some(token) = tokens::find(changes, hash).await? else {
        return Ok(());
    };
    tokens::remove(changes, hash, &token).await?;
    let orphan = Token {
        parent: None,
        ..token
    };
    tokens::keep_again(changes, hash, &orphan).await
}

/// Removes what a token has in its own store, in as many commits as that takes.
async fn clear_cubbyhole(core: &Core, open: &Open, hash: &str) -> Result<(), Failure> {
    let is_done = async || {
        settle(core, open, &hash, |open, changes, hash| {
            Box::pin(async move {
                let mut cubbyhole = changes.below(open.cubbyhole_root());
                kv::clear(&mut cubbyhole, hash).await
            })
        })
        .await
    };
    while !is_done().await? {}
    Ok(())
}

async fn take_away(changes: &mut Changes, some: &[String]) -> Result<(), Failure> {
    for hash in some {
        if let Some(token) = tokens::find(changes, hash).await? {
            tokens::remove(changes, hash, &token).await?;
        }
    }
    Ok(())
}

async fn children(core: &Core, hash: &str) -> Result<Vec<String>, Failure> {
    names(core, tokens::ROOT, &format!("child/{hash}")).await
}

/// All the names in a folder, however many there are, in no order that means anything.
async fn names(core: &Core, root: &str, folder: &str) -> Result<Vec<String>, Failure> {
    let (mut names, mut after) = (Vec::new(), None);
    loop {
        let mut changes = core.store.begin()?;
        let page = changes.below(root).page(folder, after).await?;
        names.extend(page.names);
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(names),
        }
    }
}

/// Removes everything below a root.
async fn clear(core: &Core, open: &Open, root: &str) -> Result<(), Failure> {
    let is_done = async || {
        settle(core, open, &root, |_, changes, root| {
            Box::pin(async move { changes.below(*root).clear("").await })
        })
        .await
    };
    while !is_done().await? {}
    Ok(())
}

/// Has every engine and login method remove what has ended.
pub(crate) async fn clean_mounts(core: &Core, open: &Open) -> Result<(), Failure> {
    for mount in open.mounts().all() {
        let Some(backend) = core.backend(&mount) else {
            continue;
        };
        let about = (Arc::clone(backend), root_of(&mount));
        let is_done = async || {
            settle(core, open, &about, |_, changes, (backend, root)| {
                Box::pin(async move { backend.clean_up(&mut changes.below(root.as_str())).await })
            })
            .await
        };
        while !is_done().await? {}
    }
    Ok(())
}

/// Removes what mounts left that are gone, wherever that ended before.
pub(crate) async fn clear_left(core: &Core, open: &Open) -> Result<(), Failure> {
    for uuid in names(core, "core/", "leaving").await? {
        let path = {
            let mut changes = core.store.begin()?;
            let entry = changes
                .below("core/")
                .get(&format!("leaving/{uuid}"))
                .await?;
            entry.and_then(|entry| String::from_utf8(entry.value.to_vec()).ok())
        };
        if let Some(path) = path.filter(|path| path.starts_with("auth/")) {
            revoke_prefix(core, open, &path).await?;
        }
        clear(core, open, &format!("logical/{uuid}/")).await?;
        settle(core, open, &uuid, |_, changes, uuid| {
            Box::pin(async move {
                let mut txn = changes.below("core/");
                txn.delete(&format!("leaving/{uuid}")).await.map(drop)
            })
        })
        .await?;
    }
    Ok(())
}

/// Revokes every token below a prefix of its lease.
pub(crate) async fn revoke_prefix(core: &Core, open: &Open, prefix: &str) -> Result<(), Failure> {
    for hash in tokens_below(core, prefix).await? {
        revoke_tree(core, open, &hash).await?;
    }
    Ok(())
}

/// The hashes of the tokens whose lease begins with the prefix.
async fn tokens_below(core: &Core, prefix: &str) -> Result<Vec<String>, Failure> {
    let mut hashes = Vec::new();
    let mut folders = vec![format!("lease/{}", prefix.trim_matches('/'))];
    while let Some(folder) = folders.pop() {
        for name in names(core, tokens::ROOT, &folder).await? {
            match name.strip_suffix('/') {
                Some(inner) => folders.push(format!("{}/{inner}", folder.trim_end_matches('/'))),
                None => hashes.push(name),
            }
        }
    }
    Ok(hashes)
}

/// Revokes the tokens whose time is over.
pub(crate) async fn sweep(core: &Core, open: &Open) -> Result<usize, Failure> {
    let now = core.clock.now();
    let last = tokens::bucket(now.micros());
    let mut swept = 0;
    let buckets = names(core, tokens::ROOT, "expire").await?;
    let due = buckets
        .iter()
        .map(|bucket| bucket.trim_end_matches('/'))
        .filter(|bucket| *bucket <= last.as_str());
    for bucket in due {
        for hash in names(core, tokens::ROOT, &format!("expire/{bucket}")).await? {
            let token = tokens::find(&mut core.store.begin()?, &hash).await?;
            if token.is_some_and(|token| !token.is_expired(now)) {
                continue;
            }
            // One that cannot be taken away does not keep the others.
            match revoke_tree(core, open, &hash).await {
                Ok(()) => swept += 1,
                Err(failure) => {
                    tracing::warn!(failure = %shape::word(&failure), "a token whose time is over could not be taken away");
                }
            }
        }
    }
    Ok(swept)
}

/// Commits what `change` gathers, again while others change the same.
pub(crate) async fn settle<A: Sync + ?Sized, T>(
    core: &Core,
    open: &Open,
    about: &A,
    change: for<'c> fn(&'c Open, &'c mut Changes, &'c A) -> BoxFuture<'c, Result<T, Failure>>,
) -> Result<T, Failure> {
    for _ in 0..TRIES {
        let mut changes = core.store.begin()?;
        let changed = change(open, &mut changes, about).await?;
        match changes.commit(|batch| open.fence(batch)).await {
            Err(Failure::Conflict) => {}
            committed => return committed.map(|()| changed),
        }
    }
    Err(Failure::Conflict)
}
