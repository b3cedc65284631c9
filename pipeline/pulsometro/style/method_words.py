"""How estimates are made, in readers' words: those of every value that ``estimation`` and ``change`` may have."""

from collections.abc import Mapping

VARIANCES: Mapping[str, str] = {
    "replicates": "con pesos replicados",
    "calibrated": "por linealización",
    "taylor": "por linealización de Taylor",
}
# What is said after it where the weights were calibrated, and only there.
CALIBRATED: Mapping[str, str] = {
    "replicates": ", y la calibración rehecha en cada réplica",
    "calibrated": ", con los residuos de la calibración",
    "taylor": "",
}
INTERVALS: Mapping[str, str] = {
    "logit": "en escala logit",
    "kg": "de Korn y Graubard, con la muestra efectiva acotada por el número de entrevistas",
    "kg_uncapped": "de Korn y Graubard, sin acotar la muestra efectiva",
    "wilson": "de Wilson con muestra efectiva",
    "wald": "de Wald",
}
# A test holds every number here against the scheme's own.
SCHEMES: Mapping[str, str] = {
    "inegi": "INEGI, por el coeficiente de variación: precisión alta si es menor de 15 %, moderada "
    "de 15 a 30 %, baja de 30 % o más; un porcentaje de 0 o de 100, que no tiene coeficiente, se clasifica por el "
    "ancho de su intervalo de Korn y Graubard del 95 %: alta hasta 5 puntos, moderada hasta 10, baja si es mayor",
    "nchs": "NCHS (2017), por el intervalo de Korn y Graubard del 95 % de cada porcentaje: no se publica con menos de "
    "30 casos o de 30 de muestra efectiva, con un intervalo de 30 puntos o más de ancho, ni con uno de más de 5 puntos "
    "que además pase de 130 % del porcentaje; la precisión es moderada en 0 y en 100 %, con menos de 8 grados de "
    "libertad, o cuando el complemento rebasa ese 130 %; las medias y los totales no se publican con un coeficiente de "
    "variación de 30 % o más",
    "cepal": "CEPAL (2023): no se publica con menos de 60 de muestra efectiva, de 9 grados de libertad o de 30 casos, "
    "ni con un efecto de diseño menor que 1 en menos de 100 casos; un porcentaje menor de 50, tampoco con un "
    "coeficiente de variación logarítmico de más de 17.5 %, y una media o un total, con uno de variación de más de "
    "30 %; la precisión es moderada con menos de 50 casos, con más de 17.5 % (porcentajes) o con más de 20 % (medias y "
    "totales)",
}
ADJUSTMENTS: Mapping[str, str] = {
    "BH": "corregida por Benjamini y Hochberg",
    "holm": "corregida por Holm",
    "none": "sin corregir",
}
COVARIANCES: Mapping[str, str] = {
    "overlap": "con la covarianza de lo que comparten",
    "independent": "como independientes",
}
TESTS: Mapping[str, str] = {"t": "la prueba", "normal": "la prueba normal"}
