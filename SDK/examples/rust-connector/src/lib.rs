//! A connector in Rust: the C contract on the outside, safe code within.

mod abi;
mod connector;
mod host;

use connector::{error, Connector, Heard, Said};
use host::Host;
use std::collections::VecDeque;
use std::ffi::{c_char, c_void};
use std::panic::{catch_unwind, AssertUnwindSafe};

struct Session {
    host: Host,
    connector: Connector,
    /// What the host had no room for yet: of one step at most, for none follows before that is gone.
    waiting: VecDeque<Said>,
    has_ended: bool,
}

impl Session {
    fn hear(&mut self, now_ms: i64, heard: &Heard) {
        // A panic must not cross the border. It ends this session, and says why.
        let said = catch_unwind(AssertUnwindSafe(|| {
            self.connector.receive(&self.host, now_ms, heard)
        }))
        .unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let why = text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("no reason given");
            vec![error("bug", "plugin.panic", &format!("the plugin panicked: {why}"))]
        });
        self.has_ended = said.iter().any(|said| said.kind == abi::DONE || said.kind == abi::ERROR);
        self.waiting.extend(said);
    }

    /// Hands over what waits. Returns whether nothing does any more.
    fn flush(&mut self, sink: &abi::Sink) -> bool {
        while let Some(said) = self.waiting.front() {
            let message = abi::Message {
                kind: said.kind,
                reserved: 0,
                correlation: said.correlation,
                head: said.head.as_ptr(),
                head_size: said.head.len() as u64,
                body: std::ptr::null(),
                body_size: 0,
            };
            // SAFETY: the sink is valid during this step, and copies the message.
            match unsafe { (sink.emit)(sink.context, &message) } {
                abi::ACCEPTED => drop(self.waiting.pop_front()),
                abi::FULL => return false,
                _ => {
                    self.waiting.clear();
                    self.has_ended = true;
                }
            }
        }
        true
    }
}

unsafe fn bytes<'a>(data: *const u8, size: u64) -> &'a [u8] {
    if size == 0 { &[] } else { std::slice::from_raw_parts(data, size as usize) }
}

unsafe extern "C" fn open(host: *const abi::Host) -> *mut c_void {
    let Some(host) = Host::new(&*host) else { return std::ptr::null_mut() };
    let session = Session {
        host,
        connector: Connector::default(),
        waiting: VecDeque::new(),
        has_ended: false,
    };
    Box::into_raw(Box::new(session)).cast()
}

unsafe extern "C" fn step(
    session: *mut c_void, moment: *const abi::Moment, message: *const abi::Message,
    sink: *const abi::Sink,
) -> u32 {
    let session = &mut *session.cast::<Session>();
    if let Some(message) = message.as_ref() {
        if message.kind != abi::CREDIT && !session.has_ended {
            let heard = Heard {
                kind: message.kind,
                correlation: message.correlation,
                head: bytes(message.head, message.head_size),
                body: bytes(message.body, message.body_size),
            };
            session.hear((*moment).now_ms, &heard);
        }
    }
    if session.flush(&*sink) && session.has_ended { abi::STEP_ENDED } else { abi::STEP_IDLE }
}

unsafe extern "C" fn close(session: *mut c_void) {
    drop(Box::from_raw(session.cast::<Session>()));
}

unsafe extern "C" fn no_extension(_: *const c_char) -> *const c_void {
    std::ptr::null()
}

static TABLE: abi::Plugin = abi::Plugin {
    abi_version: abi::ABI_VERSION,
    reserved: 0,
    open,
    step,
    close,
    get_extension: no_extension,
};

#[no_mangle]
pub extern "C" fn patchbay_plugin_entry(host_abi_version: u32) -> *const abi::Plugin {
    // Nobody reads standard error, and a backtrace would look for files.
    std::panic::set_hook(Box::new(|_| {}));
    if abi::serves(host_abi_version) { &TABLE } else { std::ptr::null() }
}
