//! The language, the order of patterns, and what is decided.

mod builtin;
mod constraints;
mod hostile;
mod language;
mod precedence;
mod reference;

use serde_json::{Map, Value};

use crate::{Acl, Capability, Decision, Operation, Policy, Request};

/// A policy that has to be one.
fn policy(text: &str) -> Policy {
    match Policy::parse("test", text) {
        Ok(policy) => policy,
        Err(error) => panic!("{error} in {text}"),
    }
}

fn acl(texts: &[&str]) -> Acl {
    let policies: Vec<Policy> = texts.iter().map(|text| policy(text)).collect();
    Acl::new(&policies)
}

fn words(capabilities: &[Capability]) -> String {
    let words: Vec<&str> = capabilities.iter().map(|one| one.as_str()).collect();
    words.join(",")
}

/// What may be done at a path, in words.
fn may(acl: &Acl, path: &str) -> String {
    words(&acl.capabilities(path))
}

fn decide(acl: &Acl, operation: Operation, path: &str) -> Decision {
    decide_with(acl, operation, path, &Map::new())
}

fn decide_with(acl: &Acl, operation: Operation, path: &str, data: &Map<String, Value>) -> Decision {
    acl.decide(&Request {
        operation,
        path,
        data,
        wrap_ttl: None,
    })
}

/// Numbers that look random and are the same in every run (xorshift64*).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(number).unwrap() % end
    }

    fn one_of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }
}
