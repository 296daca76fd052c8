//! Reads one stream, `items`: pages of records, each page with the cursor of the next one.
//!
//! The hub sends the requests, cuts the records out of the answers and stores them. What is left of
//! an answer comes here, and says where the next page is. There is nothing unsafe in it.

use crate::abi;
use crate::host::{quoted, Found, Host};

const CURSOR_BYTES: usize = 1024;
const TIME_BYTES: usize = 64;
/// Records may appear a little later than their time says.
const OVERLAP_MS: i64 = 60_000;

/// A message, from the host.
pub struct Heard<'a> {
    pub kind: u32,
    pub correlation: u64,
    pub head: &'a [u8],
    pub body: &'a [u8],
}

/// A message, to the host.
pub struct Said {
    pub kind: u32,
    pub correlation: u64,
    pub head: Vec<u8>,
}

pub fn error(class: &str, code: &str, message: &str) -> Said {
    let (class, code, message) = (quoted(class), quoted(code), quoted(message));
    let head = format!(r#"{{"class":{class},"code":{code},"message":{message}}}"#);
    Said { kind: abi::ERROR, correlation: 0, head: head.into_bytes() }
}

/// What the host said of a failure, as an error. A newer host may say more in it, which it would not
/// take back.
fn failure(host: &Host, failed: &[u8]) -> Said {
    const CLASSES: [&str; 11] = [
        "config", "auth", "permission", "rate_limit", "transient", "conflict", "unsupported", "data",
        "budget", "cancelled", "bug",
    ];
    let class = host.find::<32>(failed, c"/class").text();
    let class = if CLASSES.contains(&class.as_str()) { quoted(&class) } else { quoted("bug") };
    let code = host.value(failed, c"/code").unwrap_or(quoted("unnamed"));
    let message = host.value(failed, c"/message").unwrap_or(quoted("no reason given"));
    let mut head = format!(r#"{{"class":{class},"code":{code},"message":{message}"#);
    for (name, pointer) in [
        ("mend", c"/mend"), ("params", c"/params"), ("retryable", c"/retryable"),
        ("retry_after_ms", c"/retry_after_ms"),
    ] {
        if let Some(value) = host.value(failed, pointer) {
            head += &format!(r#","{name}":{value}"#);
        }
    }
    Said { kind: abi::ERROR, correlation: 0, head: (head + "}").into_bytes() }
}

fn done(head: &str) -> Said {
    Said { kind: abi::DONE, correlation: 0, head: head.into() }
}

#[derive(Default)]
pub struct Connector {
    is_check: bool,
    /// Only what changed is read.
    is_incremental: bool,
    /// A page of this pass named the next one.
    has_cursor: bool,
    /// Of the last request.
    correlation: u64,
    /// When this pass began, by the vendor's clock, once that is known.
    started_ms: Option<i64>,
    /// Only what changed since then is asked for, unless empty.
    since: String,
    /// The latest change that this pass has seen.
    latest: String,
    /// Where the next page is; empty before the first and after the last.
    after: String,
}

impl Connector {
    pub fn receive(&mut self, host: &Host, now_ms: i64, heard: &Heard) -> Vec<Said> {
        let is_answer = self.correlation != 0 && heard.correlation == self.correlation;
        match heard.kind {
            abi::OPEN if self.correlation == 0 => vec![self.begin(host, heard)],
            abi::HTTP_RESPONSE if is_answer && self.is_check => vec![done("{}")],
            abi::HTTP_RESPONSE if is_answer => self.take_page(host, now_ms, heard),
            abi::FAILED if is_answer => vec![failure(host, heard.head)],
            abi::CANCEL => vec![error("cancelled", "cancelled", "cancelled")],
            // An answer to nothing, or a kind that is newer than this plugin.
            _ => vec![],
        }
    }

    fn begin(&mut self, host: &Host, open: &Heard) -> Said {
        match host.find::<32>(open.head, c"/op").text().as_str() {
            "check" => {
                self.is_check = true;
                self.correlation = 1;
                let head = r#"{"method":"GET","url":"{base_url}/v1/items","query":[["limit","1"]]}"#;
                return Said { kind: abi::HTTP_REQUEST, correlation: 1, head: head.into() };
            }
            "read" => {}
            _ => return error("unsupported", "op.unsupported", "this plugin only checks and reads"),
        }
        if host.find::<32>(open.head, c"/stream").text() != "items" {
            return error("config", "stream.unknown", "the only stream is “items”");
        }
        self.is_incremental = host.find::<32>(open.head, c"/mode").text() == "incremental";
        if self.is_incremental {
            self.since = host.find::<TIME_BYTES>(open.head, c"/state/since").text();
        }
        if host.is_true(open.head, c"/resumes") {
            self.after = host.find::<CURSOR_BYTES>(open.head, c"/state/after").text();
            self.has_cursor = !self.after.is_empty();
            self.latest = host.find::<TIME_BYTES>(open.head, c"/state/latest").text();
            let started = host.find::<24>(open.head, c"/state/started_ms").text();
            self.started_ms = started.parse().ok();
        }
        self.ask()
    }

    fn ask(&mut self) -> Said {
        self.correlation += 1;
        let mut query = String::from(r#"["limit","100"]"#);
        for (name, value) in [("updated_since", &self.since), ("after", &self.after)] {
            if !value.is_empty() {
                query += &format!(r#",["{name}",{}]"#, quoted(value));
            }
        }
        let extract =
            r#"{"records":"/data","key":"/id","cursor":{"at":"/updated_at","type":"time"}}"#;
        let head = format!(
            r#"{{"method":"GET","url":"{{base_url}}/v1/items","query":[{query}],"extract":[{extract}]}}"#
        );
        Said { kind: abi::HTTP_REQUEST, correlation: self.correlation, head: head.into_bytes() }
    }

    fn take_page(&mut self, host: &Host, now_ms: i64, answer: &Heard) -> Vec<Said> {
        let started_ms = self.started_ms.unwrap_or_else(|| {
            let date = host.find::<TIME_BYTES>(answer.head, c"/headers/date").text();
            host.http_time_ms(&date).unwrap_or(now_ms)
        });
        self.started_ms = Some(started_ms);
        let seen = host.find::<TIME_BYTES>(answer.head, c"/extracted/0/max_cursor").text();
        // What is no time is the least of all.
        if host.time_ms(&seen) > host.time_ms(&self.latest) {
            self.latest = seen;
        }
        let mut is_stated = self.has_cursor;
        self.after = match host.find::<CURSOR_BYTES>(answer.body, c"/next") {
            Found::Absent => String::new(),
            Found::Null => {
                is_stated = true;
                String::new()
            }
            Found::Text(cursor) => cursor,
            Found::Unfit => {
                let message = "a page has at /next neither a cursor nor an end";
                return vec![error("data", "page.cursor", message)];
            }
        };
        if !self.after.is_empty() {
            self.has_cursor = true;
            let saved = self.checkpoint(&format!(
                r#","after":{},"latest":{},"started_ms":{started_ms}"#,
                quoted(&self.after), quoted(&self.latest)
            ));
            return vec![saved, self.ask()];
        }
        self.move_since(host, started_ms);
        vec![self.checkpoint(""), done(self.end(is_stated))]
    }

    /// The vendor says that there is no next page by a cursor that is null, or gone after it was
    /// there; where no page had one, /next may be the wrong place. After a full pass, what was not
    /// seen is deleted.
    fn end(&self, is_stated: bool) -> &'static str {
        match (is_stated, self.is_incremental) {
            (false, _) => r#"{"unproven":"no page has anything at /next"}"#,
            (true, true) => r#"{"end":"cursor"}"#,
            (true, false) => r#"{"end":"cursor","snapshot":true}"#,
        }
    }

    /// Where the next pass begins: at the latest change that was seen, but not after this pass began.
    /// What changed while it ran may lie on a page that was read before.
    fn move_since(&mut self, host: &Host, started_ms: i64) {
        let Some(seen) = host.time_ms(&self.latest) else { return };
        let next = seen.min(started_ms) - OVERLAP_MS;
        if host.time_ms(&self.since).is_some_and(|since| next <= since) {
            return;
        }
        if let Some(text) = host.time_text(next) {
            self.since = text;
        }
    }

    /// The records of the last answer are complete, and from this state on the rest can be read.
    fn checkpoint(&self, pass: &str) -> Said {
        let since =
            if self.since.is_empty() { "null".to_owned() } else { quoted(&self.since) };
        let covers = self.correlation;
        let head = format!(r#"{{"state":{{"since":{since}{pass}}},"covers":[{covers}]}}"#);
        Said { kind: abi::CHECKPOINT, correlation: 0, head: head.into_bytes() }
    }
}
