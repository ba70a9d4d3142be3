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

// stripJPEG returns a JPEG picture without what is not needed to show it: all that
// cameras and programs add, comments, thumbnails, and what stands behind its end.
// The pixels are not touched. It is Damaged if it is no picture.
func stripJPEG(data []byte) ([]byte, error) {
	const (
		sos, eoi, com, app0, app14, app15 = 0xDA, 0xD9, 0xFE, 0xE0, 0xEE, 0xEF
		jfifSize, adobeSize               = 14, 12 // without a thumbnail; without what follows
	)
	at := bytes.Index(data, []byte{0xFF, 0xD8})
	if at < 0 {
		return nil, Damaged
	}
	out := append(make([]byte, 0, len(data)), 0xFF, 0xD8)
	for at += 2; ; {
		// Fill bytes may stand before a marker.
		for at+1 < len(data) && data[at] == 0xFF && data[at+1] == 0xFF {
			at++
		}
		if at+2 > len(data) || data[at] != 0xFF {
			return nil, Damaged
		}
		marker := data[at+1]
		if marker == eoi {
			return append(out, 0xFF, eoi), nil
		}
		if marker == 0x01 || marker >= 0xD0 && marker <= 0xD7 { // alone
			at += 2
			continue
		}
		if at+4 > len(data) {
			return nil, Damaged
		}
		end := at + 2 + int(binary.BigEndian.Uint16(data[at+2:]))
		if end < at+4 || end > len(data) {
			return nil, Damaged
		}
		segment, content := data[at:end], data[at+4:end]
		at = end
		switch {
		case marker == app0 && bytes.HasPrefix(content, []byte("JFIF\x00")) && len(content) >= jfifSize:
			out = append(out, 0xFF, app0, 0, jfifSize+2)
			out = append(out, content[:jfifSize-2]...)
			out = append(out, 0, 0) // the size of the thumbnail
		case marker == app14 && bytes.HasPrefix(content, []byte("Adobe")) && len(content) >= adobeSize:
			out = append(out, 0xFF, app14, 0, adobeSize+2)
			out = append(out, content[:adobeSize]...)
		case marker == com, marker >= app0 && marker <= app15:
		case marker == sos:
			// The pixels follow, up to the next marker that is none of theirs.
			for end < len(data) && !(data[end] == 0xFF && end+1 < len(data) && data[end+1] != 0 && data[end+1] != 0xFF && (data[end+1] < 0xD0 || data[end+1] > 0xD7)) {
				end++
			}
			out = append(out, segment...)
			out = append(out, data[at:end]...)
			if end == len(data) {
				return out, nil // cut short: shown as far as it goes
			}
			at = end
		default:
			out = append(out, segment...)
		}
	}
}

// stripJPX returns a JPEG 2000 picture without the boxes that say where it comes
// from. One that it does not understand is returned as it is.
func stripJPX(data []byte) []byte {
	if !bytes.HasPrefix(data, []byte("\x00\x00\x00\x0cjP  ")) {
		return data
	}
	var out []byte
	for at := 0; at < len(data); {
		if at+8 > len(data) {
			return data
		}
		size := uint64(binary.BigEndian.Uint32(data[at:]))
		switch {
		case size == 0: // up to the end
			size = uint64(len(data) - at)
		case size == 1 && at+16 <= len(data):
			size = binary.BigEndian.Uint64(data[at+8:])
		}
		if size < 8 || size > uint64(len(data)-at) {
			return data
		}
		switch box := data[at : at+int(size)]; string(box[4:8]) {
		case "xml ", "uuid", "uinf", "lbl ", "asoc":
		case "ftbl": // a picture in pieces found by their place
			return data
		default:
			out = append(out, box...)
		}
		at += int(size)
	}
	return out
}
