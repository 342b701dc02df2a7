//! What processes use, as Linux counts it (proc(5)).

use std::fs;

/// The kernel counts in hundredths of a second.
const TICKS_PER_S: f64 = 100.0;

/// Seconds of processor time at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    pid: u32,
    server_s: f64,
    client_s: f64,
    machine_s: f64,
}

/// Seconds of processor time in a span.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spent {
    pub(crate) server_s: f64,
    pub(crate) client_s: f64,
    /// Everything else that ran, the database server included.
    pub(crate) other_s: f64,
}

impl Usage {
    /// Of the server with this process id, of this process, and of the machine.
    pub(crate) fn now(pid: u32) -> Self {
        Self {
            pid,
            server_s: processor_s(&pid.to_string()),
            client_s: processor_s("self"),
            machine_s: machine_s(),
        }
    }

    pub(crate) fn spent(&self) -> Spent {
        let now = Self::now(self.pid);
        let (server_s, client_s) = (now.server_s - self.server_s, now.client_s - self.client_s);
        Spent {
            server_s,
            client_s,
            other_s: (now.machine_s - self.machine_s - server_s - client_s).max(0.0),
        }
    }
}

/// Resident memory of a process, in MiB.
pub(crate) fn resident_mib(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.expect("the process has memory").trim();
    kib.trim_end_matches(" kB").parse::<f64>().unwrap() / 1_024.0
}

/// Time in the process's own code and in the kernel for it: fields 14 and 15 of its `stat`.
fn processor_s(process: &str) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let after_name = stat.rsplit(')').next().unwrap();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    ticks
        .map(|field| field.parse::<f64>().unwrap())
        .sum::<f64>()
        / TICKS_PER_S
}

/// Time in which a processor did anything: user, nice, system, irq and softirq.
fn machine_s() -> f64 {
    let stat = fs::read_to_string("/proc/stat").unwrap();
    let fields: Vec<f64> = stat
        .lines()
        .next()
        .unwrap()
        .split_whitespace()
        .skip(1)
        .map(|field| field.parse().unwrap())
        .collect();
    (fields[0] + fields[1] + fields[2] + fields[5] + fields[6]) / TICKS_PER_S
}
