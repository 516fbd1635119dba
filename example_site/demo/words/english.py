"""The English texts of the pages."""

from demo.words.text import Asked, Days, Text

PAGES = {
    "home": Text(
        "Hello and welcome",
        "home",
        "Everything you need to work at the Université d’Arvelle, in one place.",
        [
            (
                "shortcuts",
                {
                    "title": "Shortcuts",
                    "shortcuts": [
                        {
                            "icon": "help",
                            "title": "Ask for help",
                            "text": "Open a ticket",
                            "page": "@assistance",
                        },
                        {
                            "icon": "wifi",
                            "title": "Wi-Fi",
                            "text": "Connect everywhere",
                            "page": "@wifi",
                        },
                        {
                            "icon": "badge",
                            "title": "Badge",
                            "text": "Lost, refused, new",
                            "page": "@badge",
                        },
                        {
                            "icon": "calendar",
                            "title": "Rooms",
                            "text": "Book one for tomorrow",
                            "page": "@rooms",
                        },
                        {
                            "icon": "people",
                            "title": "Leave and pay",
                            "text": "Dates and forms",
                            "page": "@hr",
                        },
                        {
                            "icon": "bus",
                            "title": "Getting here",
                            "text": "Tram, bicycle, car park",
                            "page": "@travel",
                        },
                    ],
                },
            ),
            (
                "latest",
                {
                    "title": "News",
                    "section": "@news",
                    "count": 3,
                },
            ),
            (
                "agenda",
                {
                    "title": "Calendar",
                    "dates": [
                        {
                            "day": Days(4),
                            "title": "Power cut, building C",
                            "place": "6 to 8 a.m.",
                        },
                        {
                            "day": Days(9),
                            "title": "Academic council",
                            "place": "Salle des actes, 2 p.m.",
                        },
                        {
                            "day": Days(16),
                            "title": "First aid training",
                            "place": "Building B, room 112",
                        },
                        {
                            "day": Days(31),
                            "title": "Open day",
                            "place": "All over the campus",
                        },
                    ],
                },
            ),
        ],
    ),
    "news": Text(
        "News",
        "news",
        "Life at the university, week after week.",
    ),
    "heating": Text(
        "Heating is back on",
        "heating-is-back-on",
        "The radiators of buildings A to D are being refilled this week.",
        [
            (
                "text",
                (
                    "<p>Buildings are done one after the other, in the morning between 7 and 10. "
                    "A radiator may stay cold for a few hours while its circuit fills up.</p>"
                    "<h2>Still cold the next day?</h2>"
                    "<p>Open a ticket in Facilities, category Heating, with the building "
                    "and the room. A technician will come within two working days.</p>"
                ),
            ),
            (
                "notice",
                {
                    "title": "No portable heaters",
                    "text": (
                        "<p>Personal electric heaters trip the fuses of whole floors. Please do not "
                        "bring any.</p>"
                    ),
                },
            ),
        ],
    ),
    "library-hours": Text(
        "The library is open until 10 p.m.",
        "the-library-is-open-until-10-pm",
        "Longer hours from Monday to Saturday during the three weeks of exams.",
        [
            (
                "text",
                (
                    "<p>The reading room, the carrels and the group area stay open until 10 p.m. "
                    "The front desk and loans close at 7 p.m.; later returns go through the "
                    "machine on the ground floor.</p>"
                    '<p>After 8 p.m. use your badge at the riverside entrance. <a linktype="page" '
                    'id="@badge">Your badge does not open it?</a></p>'
                ),
            ),
        ],
    ),
    "new-mail": Text(
        "Mail: what changes in January",
        "mail-what-changes-in-january",
        "Larger mailboxes, shared calendars, and one address per person.",
        [
            (
                "text",
                (
                    "<p>Mailboxes grow to 20 GB. The old addresses of faculties remain valid for "
                    "two years and arrive in the same mailbox.</p>"
                    "<ul><li>Nothing to do on computers managed by Computing.</li>"
                    "<li>On a phone, remove the account and add it again.</li>"
                    "<li>Mailing lists do not change.</li>"
                    "</ul>"
                ),
            ),
        ],
    ),
    "open-day": Text(
        "Open day: volunteers wanted",
        "open-day",
        "Four thousand pupils expected, sixty people to welcome them.",
        [
            (
                "text",
                (
                    "<p>Faculties present their courses in the hall of building A and in the "
                    "lecture theatres. Volunteers choose half a day with the office of their "
                    "faculty, and get it back as time off within the month.</p>"
                ),
            ),
        ],
    ),
    "campus": Text(
        "On campus",
        "on-campus",
        "Getting here, getting in, meeting, eating.",
        [
            (
                "contact",
                {
                    "name": "Campus reception",
                    "place": "Building A, ground floor",
                    "hours": "Monday to Friday, 7.30 a.m. to 7 p.m.",
                    "phone": "extension 1010",
                    "email": "accueil@arvelle.example",
                },
            ),
        ],
    ),
    "badge": Text(
        "Badge and access to buildings",
        "badge-and-access",
        "One badge per person: doors, restaurant, library, printing.",
        [
            (
                "text",
                (
                    "<p>You receive your badge on your first day, at the campus reception, "
                    "on proof of identity. It opens the building of your faculty from 7 a.m. "
                    "to 8 p.m.</p>"
                    "<h2>Lost badge</h2>"
                    "<p>Tell reception at once (extension 1010), who will block it. A new one is "
                    "ready the next day.</p>"
                    "<h2>Access out of hours</h2>"
                    "<p>The head of your faculty asks for it, for one year at most.</p>"
                ),
            ),
        ],
    ),
    "rooms": Text(
        "Book a room",
        "book-a-room",
        "Meeting rooms, lecture theatres and equipment on loan.",
        [
            (
                "text",
                (
                    "<p>Meeting rooms can be booked until 4 p.m. on the day before. Lecture "
                    "theatres are assigned by the registrar’s office; allow one week.</p>"
                    "<ol><li>Choose the day and the number of people.</li>"
                    "<li>Say what you need: projector, video conference, microphones.</li>"
                    "<li>The confirmation comes by e-mail.</li>"
                    "</ol>"
                ),
            ),
        ],
    ),
    "travel": Text(
        "Getting to the campus",
        "getting-to-the-campus",
        "Tram, bicycle, car: maps, shelters and refunds.",
        [
            (
                "text",
                (
                    "<p>Tram B, stop Tanneries, five minutes on foot. The bicycle shelters of "
                    "buildings A and C open with your badge. The riverside car park has 210 "
                    "spaces, eight of them with a charger.</p>"
                    "<p>Half of your public transport pass is refunded with your pay: see <a "
                    'linktype="page" id="@hr">Human resources</a>.</p>'
                ),
            ),
        ],
    ),
    "digital": Text(
        "Computing",
        "computing",
        "Account, Wi-Fi, mail, printing: what you need every day.",
    ),
    "wifi": Text(
        "Connect to the Wi-Fi",
        "wi-fi",
        "One network, everywhere on campus and at partner universities.",
        [
            (
                "text",
                (
                    "<p>Choose the network <b>eduroam</b>, then type your user name followed by "
                    "<b>@arvelle.example</b> and your password.</p>"
                    "<h2>The connection is refused</h2>"
                    "<ul><li>Did your password change? Forget the network, and start again.</li>"
                    "<li>Is the date of your device right?</li>"
                    "<li>Still nothing: open a ticket in Computing, category Network and Wi-Fi, and "
                    "name the building.</li>"
                    "</ul>"
                ),
            ),
        ],
    ),
    "printing": Text(
        "Print on campus",
        "print",
        "One queue, released at any copier with your badge.",
        [
            (
                "text",
                (
                    "<p>Print to <b>Copieurs Arvelle</b>, then show your badge to the copier of "
                    "your choice within twenty-four hours. Colour is for staff only.</p>"
                ),
            ),
        ],
    ),
    "hr": Text(
        "Human resources",
        "human-resources",
        "Leave, pay, working from home, training.",
        [
            (
                "text",
                (
                    "<p>Ask for leave before the 15th of the previous month. Pay slips are online "
                    "on the 28th. Working from home, two days a week at most, is agreed in "
                    "September or on arrival.</p>"
                ),
            ),
            (
                "notice",
                {
                    "title": "A question about your own situation?",
                    "text": (
                        "<p>Open a ticket in Human resources: this service is confidential, its e-mails "
                        "contain only the link.</p>"
                    ),
                },
            ),
            (
                "contact",
                {
                    "name": "Staff office",
                    "place": "Building A, room 214",
                    "hours": "Tuesday and Thursday, 9 a.m. to noon",
                    "phone": "extension 2140",
                    "email": "",
                },
            ),
        ],
    ),
    "office": Text(
        "My office",
        "my-office",
        "Your requests, and what you need when something is wrong where you work.",
        [
            ("helpdesk_incidents", {"services": [Asked("DSI")]}),
            ("helpdesk_requests", {"count": 5}),
            (
                "helpdesk_ask",
                {
                    "heading": "A light or a socket out of order?",
                    "text": "Say it here: an electrician from Facilities will see to it.",
                    "display": "form",
                    "category": Asked("Électricité"),
                },
            ),
            (
                "helpdesk_catalogue",
                {
                    "heading": "The other services",
                    "services": [Asked("DSI"), Asked("Ressources humaines")],
                    "categories": 4,
                },
            ),
            ("helpdesk_card", {"service": Asked("Services Généraux"), "delay": True}),
        ],
    ),
    "cockpit": Text(
        "Cockpit",
        "cockpit",
        "For managers: what is waiting, and what nobody has taken yet.",
        [
            ("helpdesk_panel", {}),
            (
                "helpdesk_queue",
                {"heading": "To be taken", "queue": "free", "order": "oldest", "count": 8},
            ),
        ],
    ),
    "assistance": Text(
        "Helpdesk",
        "assistance",
        "",
    ),
    "accessibility": Text(
        "Accessibility: partially compliant",
        "accessibility",
        "Accessibility statement of the intranet.",
        [
            (
                "text",
                (
                    "<p>The university undertakes to make its intranet accessible, under article "
                    "47 of the French law no. 2005-102 of 11 February 2005.</p>"
                    "<h2>State of compliance</h2>"
                    "<p>The intranet aims at RGAA 4.1 and WCAG 2.2, level AA. Automatic checks "
                    "run for each version; no third party has audited it yet: it is therefore "
                    "declared partially compliant.</p>"
                    "<h2>Report a fault</h2>"
                    "<p>If you cannot use a page or a service, open a ticket in Computing: we will "
                    "offer you a solution, or the content in another form.</p>"
                    "<h2>Remedy</h2>"
                    "<p>Without a satisfactory answer you may turn to the Défenseur des droits.</p>"
                ),
            ),
        ],
    ),
    "legal": Text(
        "Legal notice",
        "legal-notice",
        "Who publishes this intranet, and what it keeps about you.",
        [
            (
                "text",
                (
                    "<p>The Université d’Arvelle is imaginary: this portal is a demonstration. "
                    "The people and services you meet in it do not exist.</p>"
                    "<h2>Personal data</h2>"
                    "<p>Everything stays on the machine that runs the demonstration, and nothing "
                    "is loaded from elsewhere.</p>"
                ),
            ),
        ],
    ),
}
