//! Audit devices: what is asked and what is answered goes to every one of them, with values as keyed hashes. A request that no
//! device can record is refused.

mod device;
mod entry;

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use base::Result;
use logical::{Changes, Failure};
use serde::{Deserialize, Serialize};

pub(crate) use device::{Device, try_device};
pub(crate) use entry::{About, Phase};

use crate::kept;

/// Devices of one store.
pub(crate) const DEVICES_MAX: usize = 16;
const TABLE: &str = "audit";

/// A device as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stored {
    pub(crate) kind: String,
    pub(crate) description: String,
    pub(crate) options: BTreeMap<String, String>,
    /// Under which values are hashed, in hex.
    pub(crate) salt: String,
    pub(crate) accessor: String,
}

/// The devices, by their paths with a slash at the end.
pub(crate) type Table = BTreeMap<String, Stored>;

/// The devices that are open.
#[derive(Default)]
pub(crate) struct Broker {
    devices: RwLock<Arc<BTreeMap<String, Arc<Device>>>>,
}

/// The devices as they are kept.
pub(crate) async fn table(changes: &mut Changes) -> Result<Table> {
    let table = kept::find(changes, TABLE).await?;
    Ok(table.unwrap_or_default())
}

/// Keeps the devices.
pub(crate) async fn keep(changes: &mut Changes, table: &Table) -> Result<(), Failure> {
    kept::keep(changes, TABLE, table).await
}

impl Broker {
    /// Opens the devices of the table that are not open yet, and closes the others. One that cannot be opened records nothing,
    /// and is tried again with every entry.
    pub(crate) fn take_over(&self, table: &Table) {
        let before = self.devices();
        let open = |(path, stored): (&String, &Stored)| {
            let same = before.get(path).filter(|device| device.is(stored));
            let device = same.cloned();
            let device = device.unwrap_or_else(|| Arc::new(Device::start(stored.clone())));
            (path.clone(), device)
        };
        let devices: BTreeMap<_, _> = table.iter().map(open).collect();
        *self.devices.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(devices);
    }

    pub(crate) fn device(&self, path: &str) -> Option<Arc<Device>> {
        self.devices().get(path).cloned()
    }

    /// Has every device record; one of them has to.
    ///
    /// # Errors
    /// 500 when there are devices and none could.
    pub(crate) async fn record(&self, about: &About<'_>) -> Result<(), Failure> {
        let devices = self.devices();
        if devices.is_empty() {
            return Ok(());
        }
        let waiting: Vec<_> = devices
            .values()
            .map(|device| device.record(about.line(device)))
            .collect();
        let mut recorded = false;
        for waiting in waiting {
            recorded |= waiting.await;
        }
        match recorded {
            true => Ok(()),
            false => Err(Failure::Status(
                500,
                "no audit device could record the request".to_owned(),
            )),
        }
    }

    fn devices(&self) -> Arc<BTreeMap<String, Arc<Device>>> {
        let devices = self.devices.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&devices)
    }
}
