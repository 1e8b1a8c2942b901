// Package rule holds the closed expressions in which documents' conditions are written (CEL), and the clause they stand on.
package rule

// Expr is a compiled expression.
type Expr struct{ src string }

// Template is a sentence with expressions in braces.
type Template struct{ src string }
