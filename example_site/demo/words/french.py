"""The French texts of the pages."""

from demo.words.text import Asked, Days, Text

PAGES = {
    "home": Text(
        "Bonjour et bienvenue",
        "accueil",
        "Tout ce qu’il faut pour travailler à l’Université d’Arvelle, au même endroit.",
        [
            (
                "shortcuts",
                {
                    "title": "Accès rapides",
                    "shortcuts": [
                        {
                            "icon": "help",
                            "title": "Demander de l’aide",
                            "text": "Déposer un ticket",
                            "page": "@assistance",
                        },
                        {
                            "icon": "wifi",
                            "title": "Wi-Fi",
                            "text": "Se connecter partout",
                            "page": "@wifi",
                        },
                        {
                            "icon": "badge",
                            "title": "Badge",
                            "text": "Perdu, refusé, nouveau",
                            "page": "@badge",
                        },
                        {
                            "icon": "calendar",
                            "title": "Salles",
                            "text": "Réserver pour demain",
                            "page": "@rooms",
                        },
                        {
                            "icon": "people",
                            "title": "Congés et paie",
                            "text": "Dates et démarches",
                            "page": "@hr",
                        },
                        {
                            "icon": "bus",
                            "title": "Venir",
                            "text": "Tramway, vélo, parking",
                            "page": "@travel",
                        },
                    ],
                },
            ),
            (
                "latest",
                {
                    "title": "Actualités",
                    "section": "@news",
                    "count": 3,
                },
            ),
            (
                "agenda",
                {
                    "title": "Agenda",
                    "dates": [
                        {
                            "day": Days(4),
                            "title": "Coupure électrique, bâtiment C",
                            "place": "de 6 h à 8 h",
                        },
                        {
                            "day": Days(9),
                            "title": "Conseil académique",
                            "place": "Salle des actes, 14 h",
                        },
                        {
                            "day": Days(16),
                            "title": "Formation aux premiers secours",
                            "place": "Bâtiment B, salle 112",
                        },
                        {
                            "day": Days(31),
                            "title": "Journée portes ouvertes",
                            "place": "Tout le campus",
                        },
                    ],
                },
            ),
        ],
    ),
    "news": Text(
        "Actualités",
        "actualites",
        "La vie de l’université, semaine après semaine.",
    ),
    "heating": Text(
        "Remise en route du chauffage",
        "remise-en-route-du-chauffage",
        "Les radiateurs des bâtiments A à D sont remis en eau cette semaine.",
        [
            (
                "text",
                (
                    "<p>La remise en route se fait bâtiment par bâtiment, le matin entre 7 h et "
                    "10 h. Un radiateur peut rester froid quelques heures : c’est normal tant que "
                    "le circuit se remplit.</p>"
                    "<h2>S’il reste froid le lendemain</h2>"
                    "<p>Déposez un ticket dans les Services Généraux, catégorie Chauffage, en "
                    "indiquant le bâtiment et la salle. Un technicien passe sous deux jours "
                    "ouvrés.</p>"
                ),
            ),
            (
                "notice",
                {
                    "title": "Pas de chauffage d’appoint",
                    "text": (
                        "<p>Les radiateurs électriques personnels font disjoncter les étages. Merci "
                        "de ne pas en apporter.</p>"
                    ),
                },
            ),
        ],
    ),
    "library-hours": Text(
        "La bibliothèque ouvre jusqu’à 22 h",
        "la-bibliotheque-ouvre-jusqu-a-22-h",
        "Horaires élargis du lundi au samedi pendant les trois semaines d’examens.",
        [
            (
                "text",
                (
                    "<p>La salle de lecture, les carrels et l’espace de travail en groupe restent "
                    "ouverts jusqu’à 22 h. L’accueil et le prêt ferment à 19 h ; les retours se "
                    "font ensuite à l’automate du rez-de-chaussée.</p>"
                    '<p>Après 20 h, l’entrée se fait avec le badge, côté quai. <a linktype="page" '
                    'id="@badge">Votre badge n’ouvre pas ?</a></p>'
                ),
            ),
        ],
    ),
    "new-mail": Text(
        "Messagerie : ce qui change en janvier",
        "messagerie-ce-qui-change-en-janvier",
        "Boîtes plus grandes, agenda partagé, et une seule adresse par personne.",
        [
            (
                "text",
                (
                    "<p>Les boîtes passent à 20 Go. Les anciennes adresses de composante restent "
                    "valables deux ans et arrivent dans la même boîte.</p>"
                    "<ul><li>Rien à faire sur les postes gérés par la DSI.</li>"
                    "<li>Sur un téléphone, supprimez le compte puis ajoutez-le à nouveau.</li>"
                    "<li>Les listes de diffusion ne changent pas.</li>"
                    "</ul>"
                ),
            ),
        ],
    ),
    "open-day": Text(
        "Journée portes ouvertes : appel à volontaires",
        "journee-portes-ouvertes",
        "Quatre mille lycéens attendus, soixante personnes pour les accueillir.",
        [
            (
                "text",
                (
                    "<p>Les composantes présentent leurs formations dans le hall du bâtiment A et "
                    "dans les amphithéâtres. Les volontaires choisissent une demi-journée auprès "
                    "du secrétariat de leur composante ; elle est récupérée dans le mois.</p>"
                ),
            ),
        ],
    ),
    "campus": Text(
        "Vie du campus",
        "vie-du-campus",
        "Venir, entrer, se réunir, déjeuner.",
        [
            (
                "contact",
                {
                    "name": "Accueil du campus",
                    "place": "Bâtiment A, rez-de-chaussée",
                    "hours": "Du lundi au vendredi, de 7 h 30 à 19 h",
                    "phone": "poste 1010",
                    "email": "accueil@arvelle.example",
                },
            ),
        ],
    ),
    "badge": Text(
        "Badge et accès aux bâtiments",
        "badge-et-acces",
        "Un badge par personne : portes, restaurant, bibliothèque, impressions.",
        [
            (
                "text",
                (
                    "<p>Le badge est remis le premier jour, à l’accueil du campus, sur "
                    "présentation d’une pièce d’identité. Il ouvre le bâtiment de votre "
                    "composante de 7 h à 20 h.</p>"
                    "<h2>Badge perdu</h2>"
                    "<p>Prévenez tout de suite l’accueil (poste 1010), qui le bloque. Un nouveau "
                    "badge est prêt le lendemain.</p>"
                    "<h2>Accès en dehors des heures</h2>"
                    "<p>La demande est faite par la direction de la composante, pour un an au "
                    "plus.</p>"
                ),
            ),
        ],
    ),
    "rooms": Text(
        "Réserver une salle",
        "reserver-une-salle",
        "Salles de réunion, amphithéâtres et matériel prêté.",
        [
            (
                "text",
                (
                    "<p>Les salles de réunion se réservent jusqu’à la veille, 16 h. Les "
                    "amphithéâtres sont attribués par la Scolarité ; comptez une semaine.</p>"
                    "<ol><li>Choisissez le jour et le nombre de personnes.</li>"
                    "<li>Indiquez le matériel : vidéoprojecteur, visioconférence, micros.</li>"
                    "<li>La confirmation arrive par mail.</li>"
                    "</ol>"
                ),
            ),
        ],
    ),
    "travel": Text(
        "Venir sur le campus",
        "venir-sur-le-campus",
        "Tramway, vélo, voiture : plans, abris et remboursement.",
        [
            (
                "text",
                (
                    "<p>Tramway B, arrêt Tanneries, à cinq minutes à pied. Les abris à vélos des "
                    "bâtiments A et C s’ouvrent avec le badge. Le parking du quai compte 210 "
                    "places, dont huit avec borne de recharge.</p>"
                    "<p>La moitié de l’abonnement de transport est remboursée avec la paie : voir "
                    '<a linktype="page" id="@hr">Ressources humaines</a>.</p>'
                ),
            ),
        ],
    ),
    "digital": Text(
        "Numérique",
        "numerique",
        "Compte, Wi-Fi, messagerie, impressions : les gestes de tous les jours.",
    ),
    "wifi": Text(
        "Se connecter au Wi-Fi",
        "wifi",
        "Un seul réseau, partout sur le campus et dans les universités partenaires.",
        [
            (
                "text",
                (
                    "<p>Choisissez le réseau <b>eduroam</b>, puis saisissez votre identifiant "
                    "suivi de <b>@arvelle.example</b> et votre mot de passe.</p>"
                    "<h2>La connexion est refusée</h2>"
                    "<ul><li>Le mot de passe a changé ? Oubliez le réseau, puis recommencez.</li>"
                    "<li>La date de l’appareil est-elle juste ?</li>"
                    "<li>Rien n’y fait : déposez un ticket à la DSI, catégorie Réseau et Wi-Fi, "
                    "en indiquant le bâtiment.</li>"
                    "</ul>"
                ),
            ),
        ],
    ),
    "printing": Text(
        "Imprimer sur le campus",
        "imprimer",
        "Une file d’attente unique : retirez vos impressions à n’importe quel copieur avec votre badge.",
        [
            (
                "text",
                (
                    "<p>Imprimez sur <b>Copieurs Arvelle</b>, puis présentez votre badge au "
                    "copieur de votre choix dans les vingt-quatre heures. La couleur est réservée "
                    "aux personnels.</p>"
                ),
            ),
        ],
    ),
    "hr": Text(
        "Ressources humaines",
        "ressources-humaines",
        "Congés, paie, télétravail, formation.",
        [
            (
                "text",
                (
                    "<p>Les congés se posent avant le 15 du mois précédent. Les bulletins de paie "
                    "sont en ligne le 28. Le télétravail, deux jours par semaine au plus, se "
                    "demande en septembre ou à l’arrivée.</p>"
                ),
            ),
            (
                "notice",
                {
                    "title": "Une question sur votre situation ?",
                    "text": (
                        "<p>Déposez un ticket aux Ressources humaines : ce service est confidentiel, "
                        "les mails n’en contiennent que le lien.</p>"
                    ),
                },
            ),
            (
                "contact",
                {
                    "name": "Bureau des personnels",
                    "place": "Bâtiment A, bureau 214",
                    "hours": "Mardi et jeudi, de 9 h à 12 h",
                    "phone": "poste 2140",
                    "email": "",
                },
            ),
        ],
    ),
    "office": Text(
        "Mon bureau",
        "mon-bureau",
        "Vos demandes, et ce qu’il faut quand quelque chose ne va pas là où vous travaillez.",
        [
            ("helpdesk_incidents", {"services": [Asked("DSI")]}),
            ("helpdesk_requests", {"count": 5}),
            (
                "helpdesk_ask",
                {
                    "heading": "Une lampe ou une prise en panne ?",
                    "text": "Dites-le ici : un électricien des Services Généraux s’en occupe.",
                    "display": "form",
                    "category": Asked("Électricité"),
                },
            ),
            (
                "helpdesk_catalogue",
                {
                    "heading": "Les autres services",
                    "services": [Asked("DSI"), Asked("Ressources humaines")],
                    "categories": 4,
                },
            ),
            ("helpdesk_card", {"service": Asked("Services Généraux"), "delay": True}),
        ],
    ),
    "cockpit": Text(
        "Poste de pilotage",
        "poste-de-pilotage",
        "Pour les gestionnaires : ce qui attend, et ce que personne n’a encore pris.",
        [
            ("helpdesk_panel", {}),
            (
                "helpdesk_queue",
                {"heading": "À prendre en charge", "queue": "free", "order": "oldest", "count": 8},
            ),
        ],
    ),
    "assistance": Text(
        "Assistance en ligne",
        "assistance",
        "",
    ),
    "accessibility": Text(
        "Accessibilité : partiellement conforme",
        "accessibilite",
        "Déclaration d’accessibilité de l’intranet.",
        [
            (
                "text",
                (
                    "<p>L’université s’engage à rendre son intranet accessible, conformément à "
                    "l’article 47 de la loi n° 2005-102 du 11 février 2005.</p>"
                    "<h2>État de conformité</h2>"
                    "<p>L’intranet vise la conformité au RGAA 4.1 et aux WCAG 2.2, niveau AA. Des "
                    "contrôles automatiques sont faits à chaque version ; aucun audit n’a encore "
                    "été mené par un tiers : il est donc déclaré partiellement conforme.</p>"
                    "<h2>Signaler un défaut</h2>"
                    "<p>Si un contenu ou un service ne vous est pas accessible, déposez un ticket "
                    "à la DSI : une solution, ou le contenu sous une autre forme, vous sera "
                    "proposée.</p>"
                    "<h2>Voie de recours</h2>"
                    "<p>Sans réponse satisfaisante, vous pouvez saisir le Défenseur des "
                    "droits.</p>"
                ),
            ),
        ],
    ),
    "legal": Text(
        "Mentions légales",
        "mentions-legales",
        "Qui publie cet intranet, et ce qu’il garde de vous.",
        [
            (
                "text",
                (
                    "<p>L’Université d’Arvelle est imaginaire : ce portail est une démonstration. "
                    "Les personnes et les services que l’on y rencontre n’existent pas.</p>"
                    "<h2>Données personnelles</h2>"
                    "<p>Tout reste sur la machine où la démonstration s’exécute, et rien n’est "
                    "chargé d’ailleurs.</p>"
                ),
            ),
        ],
    ),
}
