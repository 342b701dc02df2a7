//! PNG files, honest and not (W3C PNG §5, RFC 1950, RFC 1951).

/// The longest run that one symbol of deflate repeats.
const RUN_BYTES: usize = 258;

/// A file of 24-bit pixels, stored and not compressed, so that the pixels stand in it as they are.
pub fn png(width: u32, height: u32, pixel: impl Fn(u32, u32) -> [u8; 3]) -> Vec<u8> {
    let mut rows = Vec::new();
    for y in 0..height {
        rows.push(0);
        (0..width).for_each(|x| rows.extend(pixel(x, y)));
    }
    let blocks: Vec<&[u8]> = rows.chunks(0xffff).collect();
    let mut stream = vec![0x78, 0x01];
    for (number, block) in blocks.iter().enumerate() {
        let length = u16::try_from(block.len()).unwrap();
        stream.push(u8::from(number + 1 == blocks.len()));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(*block);
    }
    stream.extend(adler32(&rows).to_be_bytes());
    let mut file = beginning(width, height, 2);
    chunk(&mut file, b"IDAT", &stream);
    chunk(&mut file, b"IEND", &[]);
    file
}

/// A file that promises these pixels and has none of them.
pub fn promise(width: u32, height: u32) -> Vec<u8> {
    let mut file = beginning(width, height, 6);
    chunk(&mut file, b"IDAT", &zeros(1_000));
    chunk(&mut file, b"IEND", &[]);
    file
}

/// A small picture, out of whose pixel data `length` bytes come.
pub fn bomb_in_pixels(length: usize) -> Vec<u8> {
    let mut file = beginning(16, 16, 2);
    chunk(&mut file, b"IDAT", &zeros(length));
    chunk(&mut file, b"IEND", &[]);
    file
}

/// A small picture with a colour profile and a comment, out of each of which `length` bytes come.
pub fn bomb_in_profile(length: usize) -> Vec<u8> {
    let mut file = beginning(16, 16, 2);
    let packed = zeros(length);
    chunk(
        &mut file,
        b"iCCP",
        &[b"profile\0\0".as_slice(), &packed].concat(),
    );
    chunk(
        &mut file,
        b"zTXt",
        &[b"Comment\0\0".as_slice(), &packed].concat(),
    );
    chunk(&mut file, b"IDAT", &zeros(16 * (16 * 3 + 1)));
    chunk(&mut file, b"IEND", &[]);
    file
}

/// The signature and the header: 8 bits a channel of this colour type.
fn beginning(width: u32, height: u32, colour: u8) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([8, colour, 0, 0, 0]);
    chunk(&mut file, b"IHDR", &header);
    file
}

fn chunk(file: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    file.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
    let summed = file.len();
    file.extend(kind);
    file.extend(data);
    let sum = crc32(&file[summed..]);
    file.extend(sum.to_be_bytes());
}

/// A stream out of which at least `length` zeros come: one of them, and then runs of it. The fixed code has 8 bits for a zero
/// (00110000) and for a run of 258 (11000101), 5 for the distance of one (00000) and 7 for the end (0000000).
fn zeros(length: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.put(0b1, 1);
    bits.put(0b01, 2);
    bits.put(0b0000_1100, 8);
    let runs = length.div_ceil(RUN_BYTES);
    (0..runs).for_each(|_| bits.put(0b1010_0011, 13));
    bits.put(0, 7);
    let mut stream = vec![0x78, 0x01];
    stream.extend(bits.end());
    let sum = u32::try_from((1 + runs * RUN_BYTES) % 65_521).unwrap() << 16 | 1;
    stream.extend(sum.to_be_bytes());
    stream
}

/// Bits as deflate packs them, the lowest first; codes are given mirrored.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    open: u64,
    count: u32,
}

impl Bits {
    fn put(&mut self, bits: u64, count: u32) {
        self.open |= bits << self.count;
        self.count += count;
        while self.count >= 8 {
            self.bytes.push(u8::try_from(self.open & 0xff).unwrap());
            self.open >>= 8;
            self.count -= 8;
        }
    }

    fn end(mut self) -> Vec<u8> {
        self.put(0, 7);
        self.bytes
    }
}

fn crc32(bytes: &[u8]) -> u32 {
    let table: Vec<u32> = (0..256_u32)
        .map(|byte| {
            (0..8).fold(byte, |sum, _| match sum & 1 {
                1 => sum >> 1 ^ 0xedb8_8320,
                _ => sum >> 1,
            })
        })
        .collect();
    !bytes.iter().fold(!0, |sum, byte| {
        sum >> 8 ^ table[usize::try_from((sum ^ u32::from(*byte)) & 0xff).unwrap()]
    })
}

fn adler32(bytes: &[u8]) -> u32 {
    let (low, high) = bytes.iter().fold((1, 0), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    high << 16 | low
}

#[test]
fn sums_are_those_of_the_formats() {
    assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    assert_eq!(adler32(b"123456789"), 0x091e_01de);
}
