package import Schema

/// Codes of the built-in and loaded lists.
extension ReportCheck {
    package mutating func country(_ text: inout String, _ pointer: @autoclosure () -> String) {
        guard !text.isEmpty else { return }
        guard let code = codes.country(text) else {
            reject(pointer(), "unknown-code", "a country is two letters of ISO 3166-1, such as VN")
            return
        }
        text = code
    }

    package mutating func money(_ money: inout Money, _ pointer: @autoclosure () -> String) {
        amount(&money.amount, "\(pointer())/amount", required: true)
        guard let code = codes.currency(money.currency) else {
            reject("\(pointer())/currency", "unknown-code", "a currency is three letters of ISO 4217, such as USD")
            return
        }
        money.currency = code
    }

    package mutating func quantity(_ quantity: inout Quantity, _ pointer: @autoclosure () -> String) {
        amount(&quantity.amount, "\(pointer())/amount", required: true)
        guard let unit = UnitCode(quantity.unit) else {
            reject("\(pointer())/unit", "malformed", "a unit is a code of UN/ECE Recommendation 20, such as KGM")
            return
        }
        quantity.unit = unit.text
        if !unit.isKnown {
            warn("\(pointer())/unit", "unknown-code", "the unit is not among those that are known here")
        }
    }

    package mutating func packageCode(_ text: inout String, _ pointer: @autoclosure () -> String) {
        guard let code = PackageCode(text) else {
            reject(
                pointer(), "malformed", "a kind of package is two characters of UN/ECE Recommendation 21, such as CT")
            return
        }
        text = code.text
        if !code.isKnown {
            warn(pointer(), "unknown-code", "the kind of package is not among those that are known here")
        }
    }

    package mutating func transportMode(_ text: inout String, _ pointer: @autoclosure () -> String) {
        guard !text.isEmpty else { return }
        guard let mode = TransportMode(text) else {
            reject(
                pointer(), "unknown-code",
                "a mode is a digit 0 to 9 of UN/ECE Recommendation 19: 1 is sea, 3 road, 4 air"
            )
            return
        }
        text = mode.text
    }

    /// The chapters are built in; headings and subheadings are held against the list, where one is loaded.
    package mutating func hsCode(_ text: inout String, _ pointer: @autoclosure () -> String) {
        guard !text.isEmpty else { return }
        guard let code = HSCode(text) else {
            reject(
                pointer(), "malformed", "an HS code has 2, 4 or 6 digits and begins with a chapter, 01 to 97 but not 77"
            )
            return
        }
        text = code.digits
        if code.parent != nil { look(code.digits, .hs, pointer(), "the HS code") }
    }
}
