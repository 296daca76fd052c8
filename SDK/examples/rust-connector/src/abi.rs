//! `patchbay.h` and what is needed of `extensions.h`, written by hand. What a struct looks like never
//! changes; the assertions below say so to the compiler.

use std::ffi::{c_char, c_void};
use std::mem::{offset_of, size_of};

pub const ABI_VERSION: u32 = 0x0001_0000;

/// Whether a host of that version runs this plugin: one of its major version that is not older.
pub fn serves(host: u32) -> bool {
    host >> 16 == ABI_VERSION >> 16 && host >= ABI_VERSION
}

pub const OPEN: u32 = 1;
pub const HTTP_RESPONSE: u32 = 2;
pub const FAILED: u32 = 6;
pub const CREDIT: u32 = 7;
pub const CANCEL: u32 = 9;
pub const HTTP_REQUEST: u32 = 64;
pub const CHECKPOINT: u32 = 67;
pub const ERROR: u32 = 79;
pub const DONE: u32 = 80;

pub const ACCEPTED: u32 = 0;
pub const FULL: u32 = 1;

pub const STEP_IDLE: u32 = 0;
pub const STEP_ENDED: u32 = 2;

#[repr(C)]
pub struct Message {
    pub kind: u32,
    pub reserved: u32,
    pub correlation: u64,
    pub head: *const u8,
    pub head_size: u64,
    pub body: *const u8,
    pub body_size: u64,
}

#[repr(C)]
pub struct Sink {
    pub context: *mut c_void,
    pub emit: unsafe extern "C" fn(*mut c_void, *const Message) -> u32,
}

#[repr(C)]
pub struct Moment {
    pub now_ms: i64,
    pub seed: u64,
}

#[repr(C)]
pub struct Host {
    pub abi_version: u32,
    pub reserved: u32,
    pub get_extension: unsafe extern "C" fn(*const c_char) -> *const c_void,
}

#[repr(C)]
pub struct Plugin {
    pub abi_version: u32,
    pub reserved: u32,
    pub open: unsafe extern "C" fn(*const Host) -> *mut c_void,
    pub step: unsafe extern "C" fn(*mut c_void, *const Moment, *const Message, *const Sink) -> u32,
    pub close: unsafe extern "C" fn(*mut c_void),
    pub get_extension: unsafe extern "C" fn(*const c_char) -> *const c_void,
}

pub const JSON_MISSING: i64 = -1;
pub const JSON_STRING: u32 = 6;
pub const JSON_NUMBER: u32 = 7;
pub const JSON_TRUE: u32 = 8;
pub const JSON_NULL: u32 = 10;

/// `patchbay.json/1`. The plugin does not use `read`.
#[repr(C)]
pub struct Json {
    pub read: *const c_void,
    pub find: unsafe extern "C" fn(
        *const u8, u64, *const c_char, *mut u8, u64, *mut u32,
    ) -> i64,
}

pub const TIME_INVALID: i64 = i64::MIN;

/// `patchbay.time/1`.
#[repr(C)]
pub struct Time {
    pub parse: unsafe extern "C" fn(*const u8, u64) -> i64,
    pub format: unsafe extern "C" fn(i64, *mut u8) -> u64,
}

const _: () = {
    assert!(size_of::<Message>() == 48 && size_of::<Sink>() == 16 && size_of::<Moment>() == 16);
    assert!(size_of::<Host>() == 16 && size_of::<Plugin>() == 40);
    assert!(size_of::<Json>() == 16 && size_of::<Time>() == 16);
    assert!(offset_of!(Message, correlation) == 8 && offset_of!(Message, head) == 16);
    assert!(offset_of!(Message, head_size) == 24 && offset_of!(Message, body) == 32);
    assert!(offset_of!(Message, body_size) == 40 && offset_of!(Sink, emit) == 8);
    assert!(offset_of!(Moment, seed) == 8 && offset_of!(Host, get_extension) == 8);
    assert!(offset_of!(Plugin, open) == 8 && offset_of!(Plugin, step) == 16);
    assert!(offset_of!(Plugin, close) == 24 && offset_of!(Plugin, get_extension) == 32);
    assert!(offset_of!(Json, find) == 8 && offset_of!(Time, format) == 8);
};
