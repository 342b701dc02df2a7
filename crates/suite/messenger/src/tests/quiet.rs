//! Not to be disturbed.

use std::time::Duration;

use act::Announcement;
use serde_json::json;

use super::kit::house;
use crate::{get_quiet, set_quiet};

#[tokio::test]
async fn quiet_is_ones_own_and_ends() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let none = json!({ "until": null });
    assert_eq!(ana.does(&get_quiet::OP, json!({})).await, none);
    let now = house.runtime().ports().clock.now();
    let hour = json!({ "until": now.after(Duration::from_secs(3_600)) });
    house.heard().take();

    assert_eq!(ana.does(&set_quiet::OP, hour.clone()).await, hour);

    let heard = house.heard().take();
    assert!(matches!(
        heard.as_slice(),
        [Announcement::Notice { account, notice: "quiet", topic: None, .. }] if *account == ana.account()
    ));
    assert_eq!(ana.does(&get_quiet::OP, json!({})).await, hour);
    assert_eq!(bo.does(&get_quiet::OP, json!({})).await, none);
    house.passes(Duration::from_secs(3_600));
    assert_eq!(ana.does(&get_quiet::OP, json!({})).await, none);

    let now = house.runtime().ports().clock.now();
    let longer = json!({ "until": now.after(Duration::from_secs(60)) });
    ana.does(&set_quiet::OP, longer).await;
    ana.does(&set_quiet::OP, none.clone()).await;
    assert_eq!(ana.does(&get_quiet::OP, json!({})).await, none);
    for until in [now, now.after(Duration::from_secs(367 * 86_400))] {
        let refusal = ana
            .is_refused(&set_quiet::OP, json!({ "until": until }))
            .await;
        assert_eq!(refusal.code, "messenger.quiet_invalid");
    }
}
