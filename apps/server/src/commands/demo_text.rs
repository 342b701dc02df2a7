//! What the people of the demo are called and what they say.

/// The organisation of the demo.
pub(super) const ORGANISATION: &str = "Pont-Neuf 桥社";

/// Name, the local part of the mail address, locale. The first is the owner, the second an administrator.
pub(super) const NAMES: &[(&str, &str, &str)] = &[
    ("Claire Fontaine", "claire", "en"),
    ("陈思远", "siyuan", "zh-CN"),
    ("Mateo Rivas", "mateo", "en"),
    ("林晓雨", "xiaoyu", "zh-CN"),
    ("Aïcha Benali", "aicha", "en"),
    ("王子昂", "ziang", "zh-CN"),
    ("Jonas Lindqvist", "jonas", "en"),
    ("赵一鸣", "yiming", "zh-CN"),
    ("Priya Raman", "priya", "en"),
    ("周若曦", "ruoxi", "zh-CN"),
    ("Tomasz Zieliński", "tomasz", "en"),
    ("欧阳靖", "ouyang", "zh-CN"),
];

/// In which language a chat is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Voice {
    English,
    Chinese,
    Both,
}

/// A chat of the demo; without a name it is a direct one.
pub(super) struct Chat {
    pub(super) name: Option<&'static str>,
    /// Indices into [`NAMES`]; the first creates the chat.
    pub(super) members: &'static [usize],
    pub(super) voice: Voice,
}

pub(super) const CHATS: &[Chat] = &[
    Chat {
        name: Some("Everyone · 全员"),
        members: &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
        voice: Voice::Both,
    },
    Chat {
        name: Some("产品周会"),
        members: &[1, 3, 5, 7, 9, 11],
        voice: Voice::Chinese,
    },
    Chat {
        name: Some("Release 0.2"),
        members: &[2, 0, 4, 6, 8, 10],
        voice: Voice::English,
    },
    Chat {
        name: Some("设计评审"),
        members: &[3, 4, 9, 11],
        voice: Voice::Both,
    },
    Chat {
        name: Some("Support desk"),
        members: &[4, 2, 8, 1],
        voice: Voice::English,
    },
    Chat {
        name: Some("值班与故障"),
        members: &[5, 7, 6, 10],
        voice: Voice::Both,
    },
    Chat {
        name: Some("Lunch"),
        members: &[8, 0, 3, 6, 9],
        voice: Voice::Both,
    },
    Chat {
        name: None,
        members: &[0, 1],
        voice: Voice::Both,
    },
    Chat {
        name: None,
        members: &[3, 5],
        voice: Voice::Chinese,
    },
    Chat {
        name: None,
        members: &[0, 8],
        voice: Voice::English,
    },
];

impl Voice {
    pub(super) const fn lines(self) -> &'static [&'static str] {
        match self {
            Self::English => ENGLISH,
            Self::Chinese => CHINESE,
            Self::Both => BOTH,
        }
    }
}

const ENGLISH: &[&str] = &[
    "Morning. The overnight build is green, I am starting the upgrade rehearsal now.",
    "Could you look at the draft before noon? Two open questions are marked in the margin.",
    "I moved the review to Thursday, 15:00. Shout if that breaks something for you.",
    "The customer confirmed: the export opens fine on their side.",
    "Let us keep the first version small: sign in, write, find it again. Everything else can wait a week.",
    "Numbers from this morning: p99 at 11 ms, nothing slower than last week.",
    "I can take the translation of the help pages.",
    "Who has the keys of the meeting room on the second floor?",
    "Done. I left a short note on why the old way was slower.",
    "Good catch, thank you. I will add a test for it first.",
    "The supplier answers by Friday. Until then we plan with the smaller option.",
    "I will be on the train from 16:00, messages reach me with some delay.",
    "Here is what I would cut:\n1. the second confirmation page\n2. the banner\n3. half of the settings",
    "Agreed.",
    "Does anybody object if I archive the old project tonight?",
    "The new starter arrives on Monday; account and desk are ready.",
    "Please read the plan for the outage drill, it is two pages.",
    "Restored from backup in 6 minutes, counts equal. I will write it up.",
    "That is a fair point. Let us measure before we decide.",
];

const CHINESE: &[&str] = &[
    "早上好，昨晚的构建已经通过，我现在开始升级演练。",
    "麻烦中午之前看一下初稿，有两处问题我标在旁边了。",
    "评审改到周四下午三点，如果时间冲突请告诉我。",
    "客户已经确认，导出的文件可以正常打开。",
    "第一版先做小一点：登录、写、找得到。其他的晚一周再说。",
    "今天早上的数据：p99 是 11 毫秒，没有比上周更慢的接口。",
    "帮助页面的翻译我来负责。",
    "二楼会议室的钥匙在谁那里？",
    "已完成，我顺便写了一段说明，解释为什么旧的做法更慢。",
    "发现得好，谢谢。我先补一个测试再修。",
    "供应商周五之前答复，在那之前按小方案准备。",
    "下午四点以后我在火车上，回复会慢一些。",
    "我建议删掉这些：\n1. 第二个确认页\n2. 顶部横幅\n3. 一半的设置项",
    "同意。",
    "今晚我想把旧项目归档，有人反对吗？",
    "新同事周一到岗，账号和工位都准备好了。",
    "请看一下故障演练的方案，只有两页。",
    "从备份恢复用了六分钟，数量一致，我来写总结。",
    "有道理，先测量再决定。",
];

const BOTH: &[&str] = &[
    "Morning, everyone. 大家早上好。",
    "演练定在周四，the plan is pinned in the calendar.",
    "I translated the first page, 请帮忙看看语气是否自然。",
    "午饭吃面还是饺子？",
    "Noodles. 楼下那家今天有新菜单。",
    "数据已经核对完毕，三个副本完全一致。",
    "Thanks, I will close the ticket.",
    "这个问题我昨天也遇到过，刷新之后就好了。",
    "Then it is the cache. I will look into it after lunch.",
    "客户想要中英文两个版本的合同。",
    "Both versions are in the folder, the Chinese one is the binding one.",
    "好的，收到。",
    "Could somebody show me how the new search works?",
    "输入名字的拼音首字母就可以了，比如 csy。",
    "Lovely.",
    "下周一我休假，紧急的事请找林晓雨。",
    "Noted, I put it into the rota.",
];
