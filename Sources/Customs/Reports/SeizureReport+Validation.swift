public import Schema

extension SeizureReport {
    /// Puts every field into its one spelling, numbers lines and subjects, and says what is impossible (reject),
    /// doubtful (warn) or worth a look (hint). A report with a `reject` among its findings is not to be taken.
    public mutating func normaliseAndValidate(codes: any CodeLists, nowMilliseconds: UInt64) -> [Finding] {
        var check = ReportCheck(codes: codes, nowMilliseconds: nowMilliseconds)
        check.line(&authority, "/authority", required: true)
        check.line(&office, "/office")
        check.code(&status, "/status", Vocabulary.status, required: true)
        let seized = check.past(&seizedAt, "/seizedAt", required: true)
        let reported = check.past(&reportedAt, "/reportedAt")
        if let seized, let reported, !seized.isDay, !reported.isDay, seized.milliseconds > reported.milliseconds {
            check.warn("/reportedAt", "order", "it was reported before it was seized")
        }
        if hasPlace { check.place(&place, "/place") }
        if offences.isEmpty { check.reject("/offences", "missing", "at least one offence, `other` where none fits") }
        check.count(offences.count, "/offences", upTo: Vocabulary.offence.count)
        for index in offences.indices { check.code(&offences[index], "/offences/\(index)", Vocabulary.offence) }
        check.code(&direction, "/direction", Vocabulary.direction)
        check.line(&procedure, "/procedure")
        check.line(&legalBasis, "/legalBasis")
        check.line(&operation, "/operation")
        check.text(&summary, "/summary")
        check.evaluation(&evaluation, "/evaluation")
        if goods.isEmpty { check.reject("/goods", "missing", "at least one line of goods") }
        check.count(goods.count, "/goods")
        for index in goods.indices {
            goods[index].number = UInt32(index + 1)
            check.goods(&goods[index], "/goods/\(index)", offences)
        }
        check.count(route.count, "/route", upTo: 100)
        for index in route.indices { check.leg(&route[index], "/route/\(index)", conveyances.count) }
        for role in ["origin", "departure", "destination"] where route.count(where: { $0.role == role }) > 1 {
            check.reject("/route", "repeated", "there is one \(role) at most")
        }
        check.count(conveyances.count, "/conveyances")
        for index in conveyances.indices { check.conveyance(&conveyances[index], "/conveyances/\(index)") }
        check.count(documents.count, "/documents")
        for index in documents.indices { check.document(&documents[index], "/documents/\(index)") }
        if hasDetection { check.detection(&detection) }
        if hasConcealment {
            check.line(&concealment.place, "/concealment/place")
            check.text(&concealment.method, "/concealment/method")
            check.text(&concealment.packing, "/concealment/packing")
        }
        if hasProvenance {
            check.line(&provenance.source, "/provenance/source", required: true)
            check.line(&provenance.key, "/provenance/key", required: true)
        }
        if hasNominal { check.nominal(&nominal) }
        return check.finish()
    }
}

extension StatisticalReport {
    /// The same for a figure over many seizures.
    public mutating func normaliseAndValidate(codes: any CodeLists, nowMilliseconds: UInt64) -> [Finding] {
        var check = ReportCheck(codes: codes, nowMilliseconds: nowMilliseconds)
        check.line(&authority, "/authority", required: true)
        check.line(&office, "/office")
        check.line(&region, "/region")
        check.line(&component, "/component")
        check.line(&category, "/category", required: true)
        check.count(offences.count, "/offences", upTo: Vocabulary.offence.count)
        for index in offences.indices { check.code(&offences[index], "/offences/\(index)", Vocabulary.offence) }
        let first = check.time(&from, "/from", required: true)
        let last = check.time(&to, "/to", required: true)
        if let first, let last, first.milliseconds > last.milliseconds {
            check.reject("/to", "order", "the period ends before it begins")
        }
        if hasQuantity { check.quantity(&quantity, "/quantity") }
        check.line(&provenance.source, "/provenance/source", required: true)
        check.line(&provenance.key, "/provenance/key", required: true)
        return check.finish()
    }
}

extension ReportCheck {
    package mutating func place(_ place: inout Schema.Place, _ pointer: @autoclosure () -> String) {
        if !place.locode.isEmpty {
            if let code = UNLocode(place.locode) {
                place.locode = code.text
                look(code.text, .unlocode, "\(pointer())/locode", "the UN/LOCODE")
                if place.country.isEmpty { place.country = code.country.text }
                if place.country.uppercased() != code.country.text {
                    warn("\(pointer())/country", "contradiction", "the UN/LOCODE lies in another country")
                }
            } else {
                reject(
                    "\(pointer())/locode", "malformed", "a UN/LOCODE is a country and three characters, such as VNHPH")
            }
        }
        country(&place.country, "\(pointer())/country")
        line(&place.name, "\(pointer())/name")
        coordinate(&place.latitude, "\(pointer())/latitude", upTo: 90)
        coordinate(&place.longitude, "\(pointer())/longitude", upTo: 180)
        if place.latitude.isEmpty != place.longitude.isEmpty {
            reject(pointer(), "missing", "a latitude goes with a longitude")
        }
        code(&place.kind, "\(pointer())/kind", Vocabulary.place)
    }

    package mutating func goods(_ goods: inout GoodsLine, _ pointer: @autoclosure () -> String, _ offences: [String]) {
        line(&goods.category, "\(pointer())/category")
        text(&goods.description_p, "\(pointer())/description")
        if goods.description_p.isEmpty, goods.hsCode.isEmpty, goods.species.scientificName.isEmpty,
            goods.species.commonName.isEmpty, goods.category.isEmpty
        {
            reject("\(pointer())/description", "missing", "say what it is: a description, an HS code or a species")
        }
        hsCode(&goods.hsCode, "\(pointer())/hsCode")
        if goods.hasQuantity { quantity(&goods.quantity, "\(pointer())/quantity") }
        amount(&goods.netMass, "\(pointer())/netMass")
        amount(&goods.grossMass, "\(pointer())/grossMass")
        if let net = Double(goods.netMass), let gross = Double(goods.grossMass), net > gross {
            warn("\(pointer())/netMass", "order", "the net mass is more than the gross mass")
        }
        if goods.hasValue { money(&goods.value, "\(pointer())/value") }
        count(goods.packages.count, "\(pointer())/packages", upTo: 100)
        for index in goods.packages.indices {
            packageCode(&goods.packages[index].kind, "\(pointer())/packages/\(index)/kind")
        }
        line(&goods.brand, "\(pointer())/brand")
        line(&goods.rightHolder, "\(pointer())/rightHolder")
        amount(&goods.purity, "\(pointer())/purity", atMost: 100)
        identifier(&goods.casNumber, CASNumber.self, "\(pointer())/casNumber")
        if goods.hasSpecies { species(&goods.species, "\(pointer())/species") }
        if goods.hasFirearm {
            line(&goods.firearm.make, "\(pointer())/firearm/make")
            line(&goods.firearm.model, "\(pointer())/firearm/model")
            line(&goods.firearm.calibre, "\(pointer())/firearm/calibre")
            identifier(&goods.firearm.serial, ReferenceNumber.self, "\(pointer())/firearm/serial", strict: false)
        } else if offences.contains("small-arms") {
            hint("\(pointer())/firearm", "missing", "make, model, calibre and serial let a firearm be traced")
        }
        identifiers(&goods.serialNumbers, ReferenceNumber.self, "\(pointer())/serialNumbers", strict: false)
        text(&goods.declaredAs, "\(pointer())/declaredAs")
        country(&goods.originCountry, "\(pointer())/originCountry")
        evaluation(&goods.evaluation, "\(pointer())/evaluation")
    }

    private mutating func species(_ species: inout Species, _ pointer: @autoclosure () -> String) {
        line(&species.scientificName, "\(pointer())/scientificName")
        line(&species.commonName, "\(pointer())/commonName")
        code(&species.citesAppendix, "\(pointer())/citesAppendix", Vocabulary.appendix)
        line(&species.specimen, "\(pointer())/specimen")
        line(&species.source, "\(pointer())/source")
    }

    package mutating func leg(_ leg: inout RouteLeg, _ pointer: @autoclosure () -> String, _ conveyances: Int) {
        code(&leg.role, "\(pointer())/role", Vocabulary.leg, required: true)
        if leg.hasPlace { place(&leg.place, "\(pointer())/place") }
        transportMode(&leg.mode, "\(pointer())/mode")
        time(&leg.date, "\(pointer())/date")
        if leg.conveyance > conveyances {
            reject("\(pointer())/conveyance", "out-of-range", "the report has \(conveyances) conveyances")
        }
    }

    package mutating func conveyance(_ conveyance: inout Conveyance, _ pointer: @autoclosure () -> String) {
        code(&conveyance.kind, "\(pointer())/kind", Vocabulary.conveyance, required: true)
        identifier(&conveyance.containerNumber, ContainerNumber.self, "\(pointer())/containerNumber")
        identifiers(&conveyance.seals, ReferenceNumber.self, "\(pointer())/seals", strict: false)
        line(&conveyance.name, "\(pointer())/name")
        identifier(&conveyance.imoNumber, IMONumber.self, "\(pointer())/imoNumber")
        country(&conveyance.flag, "\(pointer())/flag")
        line(&conveyance.voyage, "\(pointer())/voyage")
        identifier(&conveyance.registration, VehiclePlate.self, "\(pointer())/registration", strict: false)
        identifier(&conveyance.flight, FlightNumber.self, "\(pointer())/flight", strict: false)
        identifier(&conveyance.plate, VehiclePlate.self, "\(pointer())/plate", strict: false)
        country(&conveyance.plateCountry, "\(pointer())/plateCountry")
        identifier(&conveyance.vin, VIN.self, "\(pointer())/vin")
        identifier(&conveyance.wagon, ReferenceNumber.self, "\(pointer())/wagon", strict: false)
        if conveyance.kind == "parcel", case .malformed = PostalItemNumber.read(conveyance.parcelNumber) {
            identifier(&conveyance.parcelNumber, ReferenceNumber.self, "\(pointer())/parcelNumber", strict: false)
        } else {
            identifier(&conveyance.parcelNumber, PostalItemNumber.self, "\(pointer())/parcelNumber", strict: false)
        }
        line(&conveyance.make, "\(pointer())/make")
        evaluation(&conveyance.evaluation, "\(pointer())/evaluation")
        if conveyance.kind == "container", conveyance.containerNumber.isEmpty {
            hint("\(pointer())/containerNumber", "missing", "a container is met again by its number")
        }
    }

    package mutating func document(_ document: inout Document, _ pointer: @autoclosure () -> String) {
        code(&document.kind, "\(pointer())/kind", Vocabulary.document, required: true)
        if document.kind == "air-waybill" {
            identifier(&document.number, AirWaybill.self, "\(pointer())/number", strict: false)
        } else {
            line(&document.number, "\(pointer())/number", required: true)
        }
        country(&document.country, "\(pointer())/country")
        time(&document.date, "\(pointer())/date")
    }

    package mutating func detection(_ detection: inout Detection) {
        code(&detection.reason, "/detection/reason", Vocabulary.detectionReason)
        count(detection.means.count, "/detection/means", upTo: Vocabulary.detectionMeans.count)
        for index in detection.means.indices {
            code(&detection.means[index], "/detection/means/\(index)", Vocabulary.detectionMeans)
        }
        amount(&detection.score, "/detection/score", atMost: 1)
        line(&detection.model, "/detection/model")
        if !detection.score.isEmpty, detection.model.isEmpty {
            warn("/detection/model", "missing", "a score means little without the model that gave it")
        }
    }
}
