//! The host's pure helpers, safe to call.

use crate::abi;
use std::ffi::CStr;

/// What is under a JSON Pointer.
#[derive(PartialEq)]
pub enum Found {
    Absent,
    Null,
    /// A text, or a number as it was written.
    Text(String),
    /// Something else, or a text that is too long.
    Unfit,
}

impl Found {
    /// The text, or an empty one.
    pub fn text(self) -> String {
        match self {
            Found::Text(text) => text,
            _ => String::new(),
        }
    }
}

/// The host's tables live as long as the process.
#[derive(Clone, Copy)]
pub struct Host {
    json: &'static abi::Json,
    time: &'static abi::Time,
}

impl Host {
    /// The helpers of a host, or `None` where it lacks one.
    ///
    /// # Safety
    /// `host` is what the host gave to `open`.
    pub unsafe fn new(host: &abi::Host) -> Option<Host> {
        let json = (host.get_extension)(c"patchbay.json/1".as_ptr()) as *const abi::Json;
        let time = (host.get_extension)(c"patchbay.time/1".as_ptr()) as *const abi::Time;
        Some(Host { json: json.as_ref()?, time: time.as_ref()? })
    }

    /// Copies at most `LIMIT` bytes of a text or number.
    pub fn find<const LIMIT: usize>(&self, document: &[u8], pointer: &CStr) -> Found {
        let mut text = [0u8; LIMIT];
        let mut event = 0u32;
        // SAFETY: the host writes at most LIMIT bytes to `text`, and keeps none of the pointers.
        let size = unsafe {
            (self.json.find)(
                document.as_ptr(), document.len() as u64, pointer.as_ptr(), text.as_mut_ptr(),
                LIMIT as u64, &mut event,
            )
        };
        if size == abi::JSON_MISSING {
            return Found::Absent;
        }
        if size >= 0 && event == abi::JSON_NULL {
            return Found::Null;
        }
        let is_text = event == abi::JSON_STRING || event == abi::JSON_NUMBER;
        if !is_text || size < 0 || size as usize > LIMIT {
            return Found::Unfit;
        }
        match std::str::from_utf8(&text[..size as usize]) {
            Ok(text) => Found::Text(text.to_owned()),
            Err(_) => Found::Unfit,
        }
    }

    /// The JSON text of a value that is not null and no longer than 4 KB.
    pub fn value(&self, document: &[u8], pointer: &CStr) -> Option<String> {
        let mut text = [0u8; 4096];
        let mut event = 0u32;
        // SAFETY: the host writes at most 4096 bytes to `text`, and keeps none of the pointers.
        let size = unsafe {
            (self.json.find)(
                document.as_ptr(), document.len() as u64, pointer.as_ptr(), text.as_mut_ptr(),
                text.len() as u64, &mut event,
            )
        };
        let bytes = text.get(..usize::try_from(size).ok()?)?;
        let value = std::str::from_utf8(bytes).ok()?;
        match event {
            abi::JSON_NULL => None,
            abi::JSON_STRING => Some(quoted(value)),
            _ => Some(value.to_owned()),
        }
    }

    pub fn is_true(&self, document: &[u8], pointer: &CStr) -> bool {
        let mut event = 0u32;
        // SAFETY: with a capacity of 0 the host writes nothing but the event.
        let size = unsafe {
            (self.json.find)(
                document.as_ptr(), document.len() as u64, pointer.as_ptr(), std::ptr::null_mut(), 0,
                &mut event,
            )
        };
        size >= 0 && event == abi::JSON_TRUE
    }

    /// Milliseconds since 1970 of a time as JSON has it (RFC 3339).
    pub fn time_ms(&self, text: &str) -> Option<i64> {
        // SAFETY: the host reads the text during the call.
        let time = unsafe { (self.time.parse)(text.as_ptr(), text.len() as u64) };
        (time != abi::TIME_INVALID).then_some(time)
    }

    pub fn time_text(&self, time_ms: i64) -> Option<String> {
        let mut text = [0u8; 24];
        // SAFETY: the host writes 24 bytes, or nothing and 0.
        let size = unsafe { (self.time.format)(time_ms, text.as_mut_ptr()) };
        (size == 24).then(|| String::from_utf8_lossy(&text).into_owned())
    }

    /// The same of a time as HTTP headers have it: `Sun, 06 Nov 1994 08:49:37 GMT`.
    pub fn http_time_ms(&self, text: &str) -> Option<i64> {
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let parts: Vec<&str> = text.split(' ').collect();
        let [_, day, month, year, clock, "GMT"] = parts[..] else { return None };
        let month = MONTHS.iter().position(|name| *name == month)? + 1;
        self.time_ms(&format!("{year}-{month:02}-{day}T{clock}Z"))
    }
}

/// A JSON string, with its quotes.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\0'..='\x1f' => out.push_str(&format!("\\u{:04x}", letter as u32)),
            _ => out.push(letter),
        }
    }
    out + "\""
}
