namespace IronCage.Safety.Recognisers.Addresses;

/// <summary>The delegated top-level domains in ASCII, by how much one proves in a text. Internationalised ones are written <c>xn--</c> and need no list.</summary>
internal static class TopLevelNames
{
    /// <summary>Countries and names that are little used for anything but hosts.</summary>
    public const string Plain =
        "academy accountant ad ae aero af ag agency ai al amsterdam ao app aq ar asia at attorney au auto aw ax az ba bar bayern bb bd be beer berlin bet bf "
        + "bg bh bi bike bio biz bj blog bm bn bo bond boston boutique br brussels bs bt builders bv bw bzh ca cafe capetown capital cars casino cat catering "
        + "cg ch charity church ci ck cl clinic clothing cloud club cm cn co coffee college cologne com company construction consulting contractors coop cr cu "
        + "cv cw cx cy cymru cyou cz de dental dev diamonds dj dk dm doctor dog durban dz ec eco edu ee eg energy engineering er es et eu eus farm fi finance "
        + "fitness fj fk florist flowers fm fo football foundation fr fun ga gal gallery games garden gb gd ge gf gg gh gi gifts gl gm gmbh gn golf gov gp gq "
        + "gr green gs gt gu gw gy hamburg healthcare hk hm hn holiday hospital hr ht hu icu ie il im insurance int io iq ir istanbul it je jewelry jm jo jobs "
        + "joburg jp ke kg kh ki kitchen km kn koeln kp kr kw ky kyoto kz lat law lawyer lb lc legal li lk llc london lr ls lt ltd lu lv ly ma mc me melbourne "
        + "menu mg mh miami mil mn mortgage moscow motorcycles mp mq mr mt mu museum mv mw mx mz na nagoya nc ne net nf ng ngo ni nl np nr nu nyc nz om ong "
        + "online org organic osaka pa paris pe pet pf pg ph photography photos pictures pizza pk plumbing poker pr properties pt pub pw qa quebec re "
        + "realestate realty recipes repair restaurant rio ro ru rw sa sb sbs school scot sd se sg shoes shop si site sj sk sl sm sn software solar solutions "
        + "space sr ss store su sv swiss sy sydney systems sz tax tc td tech technology tennis tg th tirol tj tk tl tm tn tokyo top toys tr travel tt tv tw tz "
        + "ua ug uk university us uy uz va vc ve vegas ventures vet vg vi vip vlaanderen vn vodka vu wales website wedding wf wien win wine ws xyz ye yoga yt "
        + "zm zw";

    /// <summary>Names that are also words or names of members in code: <c>user.name</c>, <c>node.id</c>.</summary>
    public const string Words =
        "aaa aarp abarth abb abbott abbvie abc able abogado abudhabi accenture accountants aco actor ads adult aeg aetna afl africa agakhan aig airbus "
        + "airforce airtel akdn alfaromeo alibaba alipay allfinanz allstate ally alsace alstom amazon americanexpress americanfamily amex amfam amica analytics "
        + "android anquan anz aol apartments apple aquarelle arab aramco archi army art arte as asda associates athleta auction audi audible audio auspost "
        + "author autos avianca aws axa azure baby baidu banamex bananarepublic band bank barcelona barclaycard barclays barefoot bargains baseball basketball "
        + "bauhaus bbc bbt bbva bcg bcn beats beauty bentley best bestbuy bharti bible bid bing bingo black blackfriday blockbuster bloomberg blue bms bmw "
        + "bnpparibas boats boehringer bofa bom boo book booking bosch bostik bot box bradesco bridgestone broadway broker brother build business buy buzz by "
        + "cab cal call calvinklein cam camera camp canon capitalone car caravan cards care career careers casa case cash catholic cba cbn cbre cbs center ceo "
        + "cern cfa cfd chanel channel chase chat cheap chintai christmas chrome cipriani circle cisco citadel citi citic city cityeats claims cleaning click "
        + "clinique clubmed coach codes comcast commbank community compare computer comsec condos contact cooking cookingchannel cool corsica country coupon "
        + "coupons courses cpa credit creditcard creditunion cricket crown crs cruise cruises cuisinella dabur dad dance data date dating datsun day dclk dds "
        + "deal dealer deals degree delivery dell deloitte delta democrat dentist desi design dhl diet digital direct directory discount discover dish diy dnp "
        + "do docs domains dot download drive dtv dubai dunlop dupont dvag dvr earth eat edeka education email emerck engineer enterprises epson equipment "
        + "ericsson erni esq estate etisalat eurovision events exchange expert exposed express extraspace fage fail fairwinds faith family fan fans farmers "
        + "fashion fast fedex feedback ferrari ferrero fiat fidelity fido film final financial fire firestone firmdale fish fishing fit flickr flights flir fly "
        + "foo food foodnetwork ford forex forsale forum fox free fresenius frl frogans frontdoor frontier ftr fujitsu fund furniture futbol fyi gallo gallup "
        + "game gap gay gbiz gdn gea gent genting george ggee gift gives giving glass gle global globo gmail gmo gmx godaddy gold goldpoint goo goodyear goog "
        + "google gop got grainger graphics gratis gripe grocery group guardian gucci guge guide guitars guru hair hangout haus hbo hdfc hdfcbank health help "
        + "helsinki here hermes hgtv hiphop hisamitsu hitachi hiv hkt hockey holdings homedepot homegoods homes homesense honda horse host hosting hot hoteles "
        + "hotels hotmail house how hsbc hughes hyatt hyundai ibm icbc ice id ieee ifm ikano imamat imdb immo immobilien industries infiniti info ing ink "
        + "institute insure international intuit investments ipiranga irish is ismaili ist itau itv jaguar java jcb jeep jetzt jio jll jmp jnj jot joy jpmorgan "
        + "jprs juegos juniper kaufen kddi kerryhotels kerrylogistics kerryproperties kfh kia kids kim kinder kindle kiwi komatsu kosher kpmg kpn krd kred "
        + "kuokgroup lacaixa lamborghini lamer lancaster lancia land landrover lanxess lasalle latino latrobe lds lease leclerc lefrak lego lexus lgbt lidl "
        + "life lifeinsurance lifestyle lighting like lilly limited limo lincoln linde link lipsy live living llp loan loans locker locus lol lotte lotto love "
        + "lpl lplfinancial ltda lundbeck luxe luxury macys madrid maif maison makeup man management mango map market marketing markets marriott marshalls "
        + "maserati mattel mba mckinsey med media meet meme memorial men merckmsd microsoft mini mint mit mitsubishi mlb mls mma mobi mobile moda moe moi mom "
        + "monash money monster mormon moto movie ms msd mtn mtr music mutual my nab name natura navy nba nec netbank netflix network neustar new news next "
        + "nextdirect nexus nfl nhk nico nike nikon ninja nissan nissay no nokia northwesternmutual norton now nowruz nowtv nra nrw ntt obi observer office "
        + "okinawa olayan olayangroup oldnavy ollo omega one onl ooo open oracle orange origins otsuka ott ovh page panasonic pars partners parts party "
        + "passagens pay pccw pfizer pharmacy phd philips phone photo physio pics pictet pid pin ping pink pioneer place play playstation plus pn pnc pohl "
        + "politie porn post pramerica praxi press prime pro prod productions prof progressive promo property protection pru prudential pwc qpon quest racing "
        + "radio read realtor red redstone redumbrella rehab reise reisen reit reliance ren rent rentals report republican rest review reviews rexroth rich "
        + "richardli ricoh ril rip rocher rocks rodeo rogers room rsvp rugby ruhr run rwe ryukyu saarland safe safety sakura sale salon samsclub samsung "
        + "sandvik sandvikcoromant sanofi sap sarl sas save saxo sbi sca scb schaeffler schmidt scholarships schule schwarz science search seat secure security "
        + "seek select sener services seven sew sex sexy sfr shangrila sharp shaw shell shia shiksha shopping shouji show showtime silk sina singles ski skin "
        + "sky skype sling smart smile sncf soccer social softbank sohu song sony soy spa sport spot srl stada staples star statebank statefarm stc stcgroup "
        + "stockholm storage stream studio study style sucks supplies supply support surf surgery suzuki swatch sx tab taipei talk taobao target tatamotors "
        + "tatar tattoo taxi tci tdk team tel temasek teva thd theater theatre tiaa tickets tienda tiffany tips tires tjmaxx tjx tkmaxx tmall to today tools "
        + "toray toshiba total tours town toyota trade trading training travelchannel travelers travelersinsurance trust trv tube tui tunes tushu tvs ubank ubs "
        + "unicom uno uol ups vacations vana vanguard verisign versicherung viajes video vig viking villas vin virgin visa vision viva vivo volkswagen volvo "
        + "vote voting voto voyage vuelos walmart walter wang wanggou watch watches weather weatherchannel webcam weber weibo weir whoswho wiki williamhill "
        + "windows winners wme wolterskluwer woodside work works world wow wtc wtf xbox xerox xfinity xihuan xin xxx yachts yahoo yamaxun yandex yodobashi "
        + "yokohama you youtube yun zappos zara zero zone zuerich";

    /// <summary>Countries and names that are also endings of file names: <c>main.rs</c>.</summary>
    public const string FileEndings =
        "ac am bz cc cd cf in inc la md mk ml mm mo mov pl pm ps py rs sc sh so st tf zip";

    /// <summary>Names that RFC 2606, RFC 6762 and practice reserve: in addresses of one network, and in documentation.</summary>
    public const string Reserved = "example test invalid local localhost internal intranet lan corp home arpa onion";
}
