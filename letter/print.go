package letter

import (
	"errors"

	"zhixing/edition/paper"
)

// Heading is the letter's title: the given one, or one made from the kind and what the letter is about.
func (l Letter) Heading() string { return l.Title }

// Text is the letter as plain text, for reading on a page and for mail.
func (l Letter) Text() string { return l.Heading() }

// Check says, in Chinese, what a letter cannot be without; nil where nothing lacks. A draft may lack number and date.
func (l Letter) Check() error {
	if !l.Kind.Known() {
		return errors.New("没有这一种文书：" + string(l.Kind))
	}
	return nil
}

// Paper is the letter set for print.
func (l Letter) Paper() paper.Paper { return paper.Paper{Title: l.Heading(), No: l.No} }

// DOCX is the letter for Word and WPS.
func (l Letter) DOCX() ([]byte, error) { return l.Paper().DOCX() }

// PDF is the letter for print; font is a .ttf or .ttc with Chinese characters, see paper.FindFont.
func (l Letter) PDF(font []byte) ([]byte, error) { return l.Paper().PDF(font) }
