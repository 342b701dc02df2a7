//! PNG files, honest and not (W3C PNG §5, RFC 1950).

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
