"""National identifiers. Where python3-stdnum knows the number, it is the judge of what is valid; the rest follow the issuers' own rules."""
from __future__ import annotations

from typing import Callable

import stdnum.ar.cuit
import stdnum.at.uid
import stdnum.at.vnr
import stdnum.au.abn
import stdnum.au.acn
import stdnum.au.tfn
import stdnum.be.nn
import stdnum.be.vat
import stdnum.bg.egn
import stdnum.br.cnpj
import stdnum.br.cpf
import stdnum.ca.sin
import stdnum.ch.ssn
import stdnum.ch.uid
import stdnum.cl.rut
import stdnum.cn.ric
import stdnum.co.nit
import stdnum.cz.rc
import stdnum.de.idnr
import stdnum.de.vat
import stdnum.dk.cpr
import stdnum.dk.cvr
import stdnum.ec.ci
import stdnum.ee.ik
import stdnum.es.cif
import stdnum.es.dni
import stdnum.es.nie
import stdnum.fi.hetu
import stdnum.fi.ytunnus
import stdnum.fr.nif
import stdnum.fr.nir
import stdnum.fr.siren
import stdnum.fr.siret
import stdnum.fr.tva
import stdnum.gb.nhs
import stdnum.gb.utr
import stdnum.gr.amka
import stdnum.gr.vat
import stdnum.hr.oib
import stdnum.hu.anum
import stdnum.ie.pps
import stdnum.il.idnr
import stdnum.in_.aadhaar
import stdnum.in_.epic
import stdnum.in_.gstin
import stdnum.in_.pan
import stdnum.is_.kennitala
import stdnum.it.codicefiscale
import stdnum.it.iva
import stdnum.jp.cn
import stdnum.kr.brn
import stdnum.kr.rrn
import stdnum.lt.asmens
import stdnum.luhn
import stdnum.mx.curp
import stdnum.mx.rfc
import stdnum.my.nric
import stdnum.nl.bsn
import stdnum.nl.btw
import stdnum.no.fodselsnummer
import stdnum.no.orgnr
import stdnum.nz.ird
import stdnum.pl.nip
import stdnum.pl.pesel
import stdnum.pl.regon
import stdnum.pt.cc
import stdnum.pt.nif
import stdnum.ro.cnp
import stdnum.ru.inn
import stdnum.se.orgnr
import stdnum.se.personnummer
import stdnum.sg.uen
import stdnum.si.emso
import stdnum.th.pin
import stdnum.tr.tckimlik
import stdnum.ua.rntrc
import stdnum.us.itin
import stdnum.us.ssn
import stdnum.za.idnr

from . import checksums
from .grouping import split
from .source import UPPER, Source
from .value import Value

Make = Callable[[Source], Value]
MAKERS: dict[str, Make] = {}
#: The judge of each kind that stdnum knows.
JUDGES: dict[str, Callable[[str], bool]] = {}
#: Kinds of JUDGES in which a wrong digit need not be noticed, since there is no check digit.
UNCHECKED = {"DK_CPR", "US_SSN", "US_ITIN", "MY_NRIC", "IN_PAN"}


def _judged(name: str, judge: Callable[[str], bool], make: Callable[[Source], str], *forms: Callable[[str], str], bare: bool = False, plain_bare: bool = False) -> None:
    """A kind of which stdnum says what is valid. The plain form is used as often as each other one."""
    JUDGES[name] = judge

    def value(source: Source) -> Value:
        text = source.until(judge, lambda: make(source))
        form = source.randrange(len(forms) + 1)
        return Value(forms[form - 1](text), bare=bare) if form else Value(text, bare=plain_bare)

    MAKERS[name] = value


def _own(name: str) -> Callable[[Make], Make]:
    def add(make: Make) -> Make:
        MAKERS[name] = make
        return make
    return add


def _numbers(count: int, first: str = "123456789") -> Callable[[Source], str]:
    return lambda source: source.pick(first) + source.digits(count - 1)


def _birth(source: Source, order: str, first: int = 1940, last: int = 1999) -> str:
    year, month, day = source.date(first, last)
    return order.replace("Y", f"{year % 100:02}").replace("C", f"{year}").replace("M", f"{month:02}").replace("D", f"{day:02}")


def _spaced(*sizes: int) -> Callable[[str], str]:
    return lambda text: split(text, sizes, " ")


def _dashed(*sizes: int) -> Callable[[str], str]:
    return lambda text: split(text, sizes, "-")


# Americas
_judged("US_SSN", stdnum.us.ssn.is_valid, lambda s: f"{s.randint(1, 899):03}{s.randint(1, 99):02}{s.randint(1, 9999):04}", _dashed(3, 2, 4), _dashed(3, 2, 4), _spaced(3, 2, 4), bare=True)
_judged("US_ITIN", stdnum.us.itin.is_valid, lambda s: f"9{s.digits(2)}{s.randint(50, 99)}{s.digits(4)}", _dashed(3, 2, 4), _dashed(3, 2, 4), bare=True)
_judged("CA_SIN", stdnum.ca.sin.is_valid, _numbers(9, "12345679"), _dashed(3, 3, 3), _spaced(3, 3, 3))
_judged("BR_CPF", stdnum.br.cpf.is_valid, lambda s: s.digits(11), lambda t: f"{t[:3]}.{t[3:6]}.{t[6:9]}-{t[9:]}", lambda t: f"{t[:3]}.{t[3:6]}.{t[6:9]}-{t[9:]}", bare=True)
_judged("BR_CNPJ", stdnum.br.cnpj.is_valid, lambda s: s.digits(8) + "000" + s.digits(3), lambda t: f"{t[:2]}.{t[2:5]}.{t[5:8]}/{t[8:12]}-{t[12:]}", bare=True)
_judged("MX_CURP", stdnum.mx.curp.is_valid, lambda s: s.of("BCDFGLMNPRST", 1) + s.pick("AEIOU") + s.of("BCDFGHLMNPRST", 2) + _birth(s, "YMD") + s.pick("HM")
        + s.pick(("DF", "JC", "NL", "MC", "VZ")) + s.of("BCDFGHLMNPRST", 3) + s.digits(2), plain_bare=True)
_judged("MX_RFC", lambda t: stdnum.mx.rfc.is_valid(t, validate_check_digits=True), lambda s: s.of("BCDFGLMNPRST", 1) + s.pick("AEIOU") + s.of("BCDFGHLMNPRST", 2) + _birth(s, "YMD")
        + s.of("ABCDEFGHJKLMNPQRSTUVWXYZ123456789", 2) + s.pick("0123456789A"))
_judged("AR_CUIT", stdnum.ar.cuit.is_valid, lambda s: s.pick(("20", "23", "27", "30", "33")) + s.digits(9), _dashed(2, 8, 1), bare=True)
_judged("CL_RUT", stdnum.cl.rut.is_valid, lambda s: f"{s.randint(5_000_000, 25_000_000):08}" + s.pick("0123456789K"), lambda t: f"{int(t[:2])}.{t[2:5]}.{t[5:8]}-{t[8]}",
        lambda t: f"{t[:8]}-{t[8]}".lstrip("0"))
_judged("CO_NIT", stdnum.co.nit.is_valid, _numbers(10, "89"), lambda t: f"{t[:3]}.{t[3:6]}.{t[6:9]}-{t[9]}", lambda t: f"{t[:9]}-{t[9]}")
_judged("EC_CEDULA", stdnum.ec.ci.is_valid, lambda s: f"{s.randint(1, 24):02}{s.randint(0, 5)}" + s.digits(7))

# British Isles
_judged("UK_NHS", stdnum.gb.nhs.is_valid, _numbers(10, "4679"), _spaced(3, 3, 4), _spaced(3, 3, 4))
_judged("UK_UTR", stdnum.gb.utr.is_valid, lambda s: s.digits(10))
_judged("IE_PPS", stdnum.ie.pps.is_valid, lambda s: s.digits(7) + s.pick(UPPER[:23]) + s.pick(("", "", "A", "W")))

# France, Belgium, Netherlands
_judged("FR_NIR", stdnum.fr.nir.is_valid, lambda s: _with_key(s.pick("12") + _birth(s, "YM") + f"{s.randint(1, 95):02}{s.randint(1, 450):03}{s.randint(1, 600):03}"),
        _spaced(1, 2, 2, 2, 3, 3, 2), bare=True, plain_bare=True)
_judged("FR_TAX_ID", stdnum.fr.nif.is_valid, _numbers(13, "0123"), _spaced(2, 2, 3, 3, 3))
_judged("FR_SIREN", stdnum.fr.siren.is_valid, _numbers(9, "345789"), _spaced(3, 3, 3))
_judged("FR_SIRET", stdnum.fr.siret.is_valid, lambda s: s.until(stdnum.fr.siren.is_valid, lambda: _numbers(9, "345789")(s)) + "000" + s.digits(2), _spaced(3, 3, 3, 5))
_judged("FR_VAT_ID", stdnum.fr.tva.is_valid, lambda s: _french_vat(s), lambda t: f"FR {t[2:4]} {t[4:7]} {t[7:10]} {t[10:]}", lambda t: f"{t[:4]} {t[4:]}", bare=True, plain_bare=True)
_judged("BE_NATIONAL_NUMBER", stdnum.be.nn.is_valid, lambda s: _birth(s, "YMD") + f"{s.randint(1, 997):03}" + s.digits(2), lambda t: f"{t[:2]}.{t[2:4]}.{t[4:6]}-{t[6:9]}.{t[9:]}", bare=True)
_judged("BE_VAT_ID", stdnum.be.vat.is_valid, lambda s: "BE0" + s.pick("456789") + s.digits(8), lambda t: f"BE {t[2:6]}.{t[6:9]}.{t[9:]}", bare=True, plain_bare=True)
_judged("NL_BSN", stdnum.nl.bsn.is_valid, lambda s: s.digits(9), _spaced(4, 2, 3))
_judged("NL_VAT_ID", stdnum.nl.btw.is_valid, lambda s: f"NL{s.digits(9)}B{s.randint(1, 12):02}", plain_bare=True)

# Germany, Austria, Switzerland
_judged("DE_TAX_ID", stdnum.de.idnr.is_valid, _numbers(11), _spaced(2, 3, 3, 3))
_judged("DE_VAT_ID", stdnum.de.vat.is_valid, lambda s: "DE" + _numbers(9)(s), lambda t: f"DE {t[2:5]} {t[5:8]} {t[8:]}", bare=True, plain_bare=True)
_judged("AT_SOCIAL_SECURITY", stdnum.at.vnr.is_valid, lambda s: _numbers(4)(s) + _birth(s, "DMY"), _spaced(4, 6))
_judged("AT_VAT_ID", stdnum.at.uid.is_valid, lambda s: "ATU" + s.digits(8), plain_bare=True)
_judged("CH_AHV", stdnum.ch.ssn.is_valid, lambda s: "756" + s.digits(10), lambda t: f"{t[:3]}.{t[3:7]}.{t[7:11]}.{t[11:]}", lambda t: f"{t[:3]}.{t[3:7]}.{t[7:11]}.{t[11:]}", bare=True)
_judged("CH_UID", stdnum.ch.uid.is_valid, lambda s: "CHE" + _numbers(9)(s), lambda t: f"CHE-{t[3:6]}.{t[6:9]}.{t[9:]}", bare=True, plain_bare=True)

# Southern Europe
_judged("ES_NIF", stdnum.es.dni.is_valid, lambda s: s.digits(8) + s.pick(UPPER), lambda t: f"{t[:8]}-{t[8]}")
_judged("ES_NIE", stdnum.es.nie.is_valid, lambda s: s.pick("XYZ") + s.digits(7) + s.pick(UPPER), lambda t: f"{t[0]}-{t[1:8]}-{t[8]}", bare=True, plain_bare=True)
_judged("ES_CIF", stdnum.es.cif.is_valid, lambda s: s.pick("ABFGJNPQSUV") + s.digits(7) + s.pick("0123456789ABCDEFGHIJ"))
_judged("IT_FISCAL_CODE", stdnum.it.codicefiscale.is_valid, lambda s: s.of("BCDFGLMNPRSTVZ", 6) + _birth(s, "Y") + s.pick("ABCDEHLMPRST") + f"{s.randint(1, 28) + s.pick((0, 40)):02}"
        + s.pick("ABCDEFGHILZ") + f"{s.randint(1, 950):03}" + s.pick(UPPER), str.lower, _spaced(3, 3, 5, 5), bare=True, plain_bare=True)
_judged("IT_VAT_CODE", stdnum.it.iva.is_valid, lambda s: f"0{s.digits(6)}{s.randint(1, 100):03}" + s.digits(1))
_judged("PT_NIF", stdnum.pt.nif.is_valid, _numbers(9, "1256"), _spaced(3, 3, 3))
_judged("PT_CC", stdnum.pt.cc.is_valid, lambda s: s.digits(9) + s.of(UPPER + "0123456789", 2) + s.digits(1), lambda t: f"{t[:8]} {t[8]} {t[9:]}")
_judged("GR_AMKA", stdnum.gr.amka.is_valid, lambda s: _birth(s, "DMY") + s.digits(5))
_judged("GR_AFM", stdnum.gr.vat.is_valid, lambda s: s.digits(9))

# Central and eastern Europe
_judged("PL_PESEL", stdnum.pl.pesel.is_valid, lambda s: _birth(s, "YMD") + s.digits(5))
_judged("PL_NIP", stdnum.pl.nip.is_valid, _numbers(10), _dashed(3, 3, 2, 2), _dashed(3, 2, 2, 3))
_judged("PL_REGON", stdnum.pl.regon.is_valid, lambda s: s.digits(9))
_judged("CZ_BIRTH_NUMBER", stdnum.cz.rc.is_valid, lambda s: _birth(s, "YMD", 1955) + s.digits(4), lambda t: f"{t[:6]}/{t[6:]}", bare=True)
_judged("RO_CNP", stdnum.ro.cnp.is_valid, lambda s: s.pick("12") + _birth(s, "YMD") + f"{s.randint(1, 46):02}" + s.digits(4))
_judged("BG_EGN", stdnum.bg.egn.is_valid, lambda s: _birth(s, "YMD") + s.digits(4))
_judged("HR_OIB", stdnum.hr.oib.is_valid, _numbers(11))
_judged("SI_EMSO", stdnum.si.emso.is_valid, lambda s: (lambda b: b[:4] + b[5:])(_birth(s, "DMC")) + "50" + s.digits(4))
_judged("RU_INN", stdnum.ru.inn.is_valid, lambda s: f"{s.randint(1, 79):02}" + s.digits(s.pick((8, 10))))
_judged("UA_RNOKPP", stdnum.ua.rntrc.is_valid, _numbers(10, "23"))
_judged("LT_PERSONAL_CODE", stdnum.lt.asmens.is_valid, lambda s: s.pick("34") + _birth(s, "YMD") + s.digits(4))
_judged("EE_PERSONAL_CODE", stdnum.ee.ik.is_valid, lambda s: s.pick("34") + _birth(s, "YMD") + s.digits(4))

# Nordic countries
_judged("SE_PERSONNUMMER", stdnum.se.personnummer.is_valid, lambda s: _birth(s, "YMD") + "-" + s.digits(4), lambda t: "19" + t, lambda t: "19" + t.replace("-", ""), bare=False, plain_bare=True)
_judged("SE_ORGANISATIONSNUMMER", stdnum.se.orgnr.is_valid, lambda s: "55" + s.pick("6789") + s.digits(7), _dashed(6, 4))
_judged("FI_PERSONAL_IDENTITY_CODE", stdnum.fi.hetu.is_valid, lambda s: _birth(s, "DMY") + "-" + f"{s.randint(2, 899):03}" + s.pick("0123456789ABCDEFHJKLMNPRSTUVWXY"), plain_bare=True)
_judged("FI_BUSINESS_ID", stdnum.fi.ytunnus.is_valid, lambda s: s.pick("0123") + s.digits(7), _dashed(7, 1))
_judged("NO_FODSELSNUMMER", stdnum.no.fodselsnummer.is_valid, lambda s: _birth(s, "DMY") + f"{s.randint(0, 499):03}" + s.digits(2), _spaced(6, 5))
_judged("NO_ORGANISATION_NUMBER", stdnum.no.orgnr.is_valid, _numbers(9, "89"), _spaced(3, 3, 3))
_judged("DK_CPR", stdnum.dk.cpr.is_valid, lambda s: _birth(s, "DMY") + f"{s.randint(0, 3999):04}", _dashed(6, 4), _dashed(6, 4))
_judged("DK_CVR", stdnum.dk.cvr.is_valid, _numbers(8), _spaced(2, 2, 2, 2))
_judged("IS_KENNITALA", stdnum.is_.kennitala.is_valid, lambda s: _birth(s, "DMY") + s.digits(3) + "9", _dashed(6, 4))
_judged("HU_TAX_ID", stdnum.hu.anum.is_valid, _numbers(8), lambda t: t + "-2-42")

# Middle East and Africa
_judged("TR_NATIONAL_ID", stdnum.tr.tckimlik.is_valid, _numbers(11))
_judged("IL_ID", stdnum.il.idnr.is_valid, lambda s: s.pick("0235") + s.digits(8))
_judged("ZA_ID_NUMBER", stdnum.za.idnr.is_valid, lambda s: _birth(s, "YMD") + s.digits(4) + s.pick("01") + s.pick("89") + s.digits(1))

# Asia and the Pacific
_judged("IN_AADHAAR", stdnum.in_.aadhaar.is_valid, _numbers(12, "23456789"), _spaced(4, 4, 4), _spaced(4, 4, 4))
_judged("IN_PAN", stdnum.in_.pan.is_valid, lambda s: s.of(UPPER, 3) + s.pick("PCHFAT") + s.pick(UPPER) + f"{s.randint(1, 9999):04}" + s.pick(UPPER))
_judged("IN_GSTIN", stdnum.in_.gstin.is_valid, lambda s: f"{s.randint(1, 37):02}" + s.of(UPPER, 3) + s.pick("PCHFAT") + s.pick(UPPER) + f"{s.randint(1, 9999):04}" + s.pick(UPPER)
        + s.pick("123") + "Z" + s.pick(UPPER + "0123456789"), plain_bare=True)
_judged("IN_VOTER", stdnum.in_.epic.is_valid, lambda s: s.of(UPPER, 3) + s.digits(7))
_judged("SG_UEN", stdnum.sg.uen.is_valid, lambda s: s.pick((s.digits(8) + s.pick(UPPER), f"{s.randint(1970, 2022)}" + s.digits(5) + s.pick(UPPER),
                                                        f"T{s.randint(1, 22):02}{s.pick(('LL', 'FC', 'GS', 'PF', 'SS'))}" + s.digits(4) + s.pick(UPPER))))
_judged("KR_BRN", stdnum.kr.brn.is_valid, lambda s: f"{s.randint(101, 899)}{s.randint(1, 99):02}" + s.digits(5), _dashed(3, 2, 5), _dashed(3, 2, 5))
_judged("JP_CORPORATE_NUMBER", stdnum.jp.cn.is_valid, _numbers(13))
_judged("CN_RESIDENT_ID", stdnum.cn.ric.is_valid, lambda s: s.pick(("110105", "310104", "440305", "510107", "330106", "420106", "610113", "370202")) + _birth(s, "CMD", 1950, 2005)
        + s.digits(3) + s.pick("0123456789X"), plain_bare=True)
_judged("TH_TNIN", stdnum.th.pin.is_valid, _numbers(13, "12345678"), _dashed(1, 4, 5, 2, 1), _spaced(1, 4, 5, 2, 1))
_judged("MY_NRIC", stdnum.my.nric.is_valid, lambda s: _birth(s, "YMD") + f"{s.randint(1, 14):02}" + s.digits(4), _dashed(6, 2, 4), _dashed(6, 2, 4))
_judged("AU_ABN", stdnum.au.abn.is_valid, _numbers(11), _spaced(2, 3, 3, 3), _spaced(2, 3, 3, 3))
_judged("AU_ACN", stdnum.au.acn.is_valid, lambda s: s.digits(9), _spaced(3, 3, 3), _spaced(3, 3, 3))
_judged("AU_TFN", stdnum.au.tfn.is_valid, _numbers(9), _spaced(3, 3, 3))
_judged("NZ_IRD", stdnum.nz.ird.is_valid, lambda s: f"{s.randint(10_000_000, 149_999_999)}", lambda t: f"{t[:-6]}-{t[-6:-3]}-{t[-3:]}")


def _french_vat(source: Source) -> str:
    siren = source.until(stdnum.fr.siren.is_valid, lambda: _numbers(9, "345789")(source))
    return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02}{siren}"


def _with_key(payload: str) -> str:
    return payload + f"{97 - int(payload) % 97:02}"


@_own("US_MBI")
def _mbi(source: Source) -> Value:
    letters = "ACDEFGHJKMNPQRTUVWXY"
    either = letters + "0123456789"
    text = (source.pick("123456789") + source.pick(letters) + source.pick(either) + source.digits(1) + source.pick(letters) + source.pick(either)
            + source.digits(1) + source.of(letters, 2) + source.digits(2))
    return Value(_dashed(4, 3, 4)(text) if source.chance(0.5) else text)


@_own("US_NPI")
def _npi(source: Source) -> Value:
    payload = source.pick("12") + source.digits(8)
    return Value(payload + stdnum.luhn.calc_check_digit("80840" + payload))


@_own("US_PASSPORT")
def _us_passport(source: Source) -> Value:
    return Value(source.pick((source.pick("123456") + source.digits(8), source.pick("AXY") + source.digits(8))))


@_own("US_DRIVER_LICENSE")
def _us_driver(source: Source) -> Value:
    return Value(source.pick((  # California; Florida; New York; Illinois; Washington; Texas
        source.pick(UPPER) + source.digits(7), source.pick(UPPER) + source.digits(3) + "-" + "-".join(source.digits(n) for n in (3, 2, 3)) + "-0",
        source.digits(9), source.pick(UPPER) + source.digits(3) + "-" + source.digits(4) + "-" + source.digits(4), "WDL" + source.of(UPPER + "0123456789", 9), source.digits(8))))


@_own("UK_NINO")
def _nino(source: Source) -> Value:
    banned = {"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"}
    prefix = source.until(lambda p: p not in banned, lambda: source.pick("ABCEGHJKLMNOPRSTWXYZ") + source.pick("ABCEGHJKLMNPRSTWXYZ"))
    text = prefix + source.digits(6) + source.pick("ABCD")
    return source.pick((Value(text, bare=True), Value(split(text, (2, 2, 2, 2, 1), " "), bare=True)))


@_own("UK_PASSPORT")
def _uk_passport(source: Source) -> Value:
    return Value(_numbers(9)(source))


@_own("UK_DRIVING_LICENCE")
def _uk_driving(source: Source) -> Value:
    year, month, day = source.date(1950, 1999)
    surname = source.of("ABCDEFGHKLMNOPRSTW", source.randint(3, 5)).ljust(5, "9")
    return Value(f"{surname}{year % 100 // 10}{month + source.pick((0, 50)):02}{day:02}{year % 10}{source.pick(UPPER)}{source.pick(UPPER + '9')}9{source.of(UPPER, 2)}", bare=True)


@_own("DE_PASSPORT")
def _de_passport(source: Source) -> Value:
    serial = source.pick("CFGHJK") + source.of("CFGHJKLMNPRTVWXYZ0123456789", 7) + source.pick("0123456789")
    return Value(serial + (checksums.icao(serial) if source.chance(0.5) else ""))


@_own("DE_ID_CARD")
def _de_card(source: Source) -> Value:
    serial = source.pick("LMNPRTVWXY") + source.of("CFGHJKLMNPRTVWXYZ0123456789", 7) + source.pick("0123456789")
    return Value(serial + (checksums.icao(serial) if source.chance(0.5) else ""))


@_own("DE_SOCIAL_SECURITY")
def _de_insurance(source: Source) -> Value:
    payload = source.pick(("02", "10", "12", "15", "24", "53", "65")) + _birth(source, "DMY") + source.pick(UPPER) + f"{source.randint(0, 99):02}"
    text = payload + checksums.german_insurance(payload)
    return Value(split(text, (2, 6, 1, 3), " ") if source.chance(0.5) else text)


@_own("DE_TAX_NUMBER")
def _de_tax_number(source: Source) -> Value:
    # Without check digits: how they are reckoned differs between the Länder, and is not published for all.
    office = source.pick(("9181", "9203", "1121", "2693", "2813", "3048", "5133", "5205", "4151"))
    if office[0] == "5":
        district, serial = source.digits(4), source.digits(4)
    else:
        district, serial = f"{source.randint(101, 899)}", source.digits(5)
    regional = office[1:] if office[0] in "59" else office[2:]
    return Value(source.pick((f"{regional}/{district}/{serial}", f"{regional}/{district}/{serial}", f"{regional} {district} {serial}", f"{office}0{district}{serial}")))


@_own("FR_PASSPORT")
def _fr_passport(source: Source) -> Value:
    return Value(source.digits(2) + source.of(UPPER, 2) + source.digits(5))


@_own("ES_SOCIAL_SECURITY")
def _es_social_security(source: Source) -> Value:
    province, serial = f"{source.randint(1, 52):02}", source.digits(8)
    check = checksums.spanish_social_security(province, serial)
    return Value(source.pick((province + serial + check, f"{province}/{serial}/{check}", f"{province} {serial} {check}", f"{province}-{serial}-{check}")))


@_own("ES_PASSPORT")
def _es_passport(source: Source) -> Value:
    return Value(source.of(UPPER, 3) + source.digits(6))


@_own("IT_PASSPORT")
def _it_passport(source: Source) -> Value:
    return Value(source.pick(("AA", "YA", "YB")) + source.digits(7))


@_own("IT_IDENTITY_CARD")
def _it_card(source: Source) -> Value:
    return Value(source.pick(("C" + source.pick(UPPER) + source.digits(5) + source.of(UPPER, 2), source.of(UPPER, 2) + source.digits(7))))


@_own("IT_DRIVER_LICENSE")
def _it_driver(source: Source) -> Value:
    return Value(source.pick(("U1" + source.of("BCDFGHLMNPRSTUVWXYZ0123456789", 7) + source.pick(UPPER), source.of(UPPER, 2) + source.digits(7) + source.pick(UPPER))))


@_own("IN_VEHICLE_REGISTRATION")
def _in_vehicle(source: Source) -> Value:
    parts = (source.pick(("MH", "DL", "KA", "TN", "UP", "GJ", "WB", "KL")), f"{source.randint(1, 60):02}", source.of("ABCDEFGHJKLMNPQRSTUVWXYZ", 2), f"{source.randint(1, 9999):04}")
    return Value(source.pick(("", " ", "-")).join(parts))


@_own("IN_PASSPORT")
def _in_passport(source: Source) -> Value:
    return Value(source.pick("ABCDEFGHJKLMNPRSTUVWYZ") + source.pick("123456789") + source.digits(5) + source.pick("123456789"))


@_own("SG_NRIC_FIN")
def _nric(source: Source) -> Value:
    prefix, digits = source.pick("STFGM"), source.digits(7)
    return Value(prefix + digits + checksums.nric(prefix, digits), bare=True)


def _korean(source: Source, century: str) -> Value:
    payload = _birth(source, "YMD", 1950, 1999) + source.pick(century) + f"{source.randint(0, 95):02}" + source.digits(3)
    text = payload + checksums.korean(payload)
    return Value(_dashed(6, 7)(text), bare=True) if source.chance(0.7) else Value(text)


@_own("KR_RRN")
def _rrn(source: Source) -> Value:
    return _korean(source, "12")


@_own("KR_FRN")
def _frn(source: Source) -> Value:
    return _korean(source, "56")


JUDGES["KR_RRN"] = stdnum.kr.rrn.is_valid


@_own("KR_DRIVER_LICENSE")
def _kr_driver(source: Source) -> Value:
    return Value(f"{source.randint(11, 26)}-{source.digits(2)}-{source.digits(6)}-{source.digits(2)}")


@_own("KR_PASSPORT")
def _kr_passport(source: Source) -> Value:
    return Value(source.pick((source.pick("MS") + source.digits(8), source.pick("MS") + source.digits(3) + source.pick(UPPER) + source.digits(4))))


@_own("JP_MY_NUMBER")
def _my_number(source: Source) -> Value:
    payload = source.digits(11)
    text = payload + checksums.my_number(payload)
    return Value(_spaced(4, 4, 4)(text) if source.chance(0.4) else text)


@_own("AU_MEDICARE")
def _medicare(source: Source) -> Value:
    payload = source.pick("23456") + source.digits(7)
    text = payload + checksums.medicare(payload) + source.pick("123456789")
    return Value(_spaced(4, 5, 1)(text) if source.chance(0.5) else text)


@_own("NZ_NHI")
def _nhi(source: Source) -> Value:
    while True:
        letters, digits = source.of("ABCDEFGHJKLMNPQRSTUVWXYZ", 3), source.digits(3)
        check = checksums.nhi(letters, digits)
        if check is not None:
            return Value(letters + digits + check)


@_own("NG_NIN")
def _nin(source: Source) -> Value:
    return Value(_numbers(11)(source))


@_own("LV_PERSONAL_CODE")
def _latvian(source: Source) -> Value:
    while True:
        payload = _birth(source, "DMY") + "1" + source.digits(3)
        check = checksums.latvian(payload)
        if check is not None:
            return Value(f"{payload[:6]}-{payload[6:]}{check}")


@_own("HK_ID")
def _hong_kong(source: Source) -> Value:
    letters, digits = source.pick("ABCDEGHKPRVYZ"), source.digits(6)
    return Value(f"{letters}{digits}({checksums.hong_kong(letters, digits)})", bare=True)


@_own("TW_ID")
def _taiwan(source: Source) -> Value:
    payload = source.pick(UPPER) + source.pick("12") + source.digits(7)
    return Value(payload + checksums.taiwan(payload[0], payload[1:]))


@_own("ID_NIK")
def _nik(source: Source) -> Value:
    year, month, day = source.date(1950, 2005)
    return Value(source.pick(("327301", "317404", "351501", "337411", "127103")) + f"{day + source.pick((0, 40)):02}{month:02}{year % 100:02}" + f"{source.randint(1, 9999):04}")


@_own("RU_SNILS")
def _snils(source: Source) -> Value:
    payload = f"{source.randint(1_001_999, 199_999_999):09}"
    text = payload + checksums.snils(payload)
    return Value(f"{text[:3]}-{text[3:6]}-{text[6:9]} {text[9:]}") if source.chance(0.7) else Value(text)


def _hungarian(source: Source) -> Value:
    """Half are those of people, which stdnum does not know."""
    while source.chance(0.5):
        payload = "8" + source.digits(8)
        check = checksums.hungarian(payload)
        if check is not None:
            return Value(payload + check)
    return _companies(source)


_companies = MAKERS["HU_TAX_ID"]
MAKERS["HU_TAX_ID"] = _hungarian

