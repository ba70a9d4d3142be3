package evidence

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
)

// jpegQuality keeps print legible in a photograph of a letter.
const jpegQuality = 90

// cleanPicture decodes a picture, turns it upright and encodes it anew. Its size
// must have been checked.
func cleanPicture(t Type, data []byte) ([]byte, error) {
	m, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, Damaged
	}
	var b bytes.Buffer
	if t == PNG {
		err = png.Encode(&b, m)
	} else {
		err = jpeg.Encode(&b, upright(m, orientation(data)), &jpeg.Options{Quality: jpegQuality})
	}
	if err != nil {
		return nil, fmt.Errorf("encode a clean picture: %w", err)
	}
	return b.Bytes(), nil
}

// orientation returns the EXIF orientation of a JPEG file, 1 to 8, or 1 (upright)
// if it has none. It reads that one tag and nothing else.
func orientation(data []byte) int {
	// Segments: FF, a marker, then a length that counts itself.
	for at := 2; at+4 <= len(data) && data[at] == 0xFF; {
		marker, size := data[at+1], int(binary.BigEndian.Uint16(data[at+2:]))
		end := at + 2 + size
		if marker == 0xDA || size < 2 || end > len(data) {
			break // the picture begins
		}
		if exif, ok := bytes.CutPrefix(data[at+4:end], []byte("Exif\x00\x00")); ok && marker == 0xE1 {
			return tiffOrientation(exif)
		}
		at = end
	}
	return 1
}

// tiffOrientation returns the orientation in the first directory of a TIFF file.
func tiffOrientation(tiff []byte) int {
	const orientationTag, short, entrySize = 0x0112, 3, 12
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	if string(tiff[:2]) == "MM" {
		order = binary.BigEndian
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return 1
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < entrySize {
			break
		}
		if order.Uint16(entries) == orientationTag && order.Uint16(entries[2:]) == short {
			if o := int(order.Uint16(entries[8:])); o >= 1 && o <= 8 {
				return o
			}
			break
		}
		entries = entries[entrySize:]
	}
	return 1
}

// upright returns m as an EXIF orientation says it should be seen.
func upright(m image.Image, orientation int) image.Image {
	if orientation <= 1 {
		return m
	}
	b := m.Bounds()
	src := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(src, src.Bounds(), m, b.Min, draw.Src)
	w, h := b.Dx(), b.Dy()
	if orientation >= 5 { // on its side
		w, h = h, w
	}
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			// Where in src the pixel at x, y comes from.
			var sx, sy int
			switch orientation {
			case 2: // mirrored
				sx, sy = w-1-x, y
			case 3: // upside down
				sx, sy = w-1-x, h-1-y
			case 4: // upside down and mirrored
				sx, sy = x, h-1-y
			case 5: // mirrored, then a quarter turn back
				sx, sy = y, x
			case 6: // to be turned a quarter clockwise
				sx, sy = y, w-1-x
			case 7:
				sx, sy = h-1-y, w-1-x
			case 8: // to be turned a quarter back
				sx, sy = h-1-y, x
			}
			copy(dst.Pix[dst.PixOffset(x, y):][:4], src.Pix[src.PixOffset(sx, sy):][:4])
		}
	}
	return dst
}
