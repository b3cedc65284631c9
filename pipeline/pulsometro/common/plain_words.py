"""Words of surveys and of their files that are nobody's name, as ``discretion.simple`` gives them."""

_SMALL = """
a al con de del e el en la las lo los o para por que se su sus un una y
"""
_WORDS = """
abierta acceso actividad acuerdo adulto adultos ageb agente algo alguna algunas alguno algunos alta alto anio ano anos
antes apellido apellidos aplica archivo area ascii atencion aviso baja bajo base bastante bd bien bloque buena bueno
cada calidad calificacion cantidad captura capturista cargo casa casi caso casos cat categoria cb cd censo ciudad
civil clase clave cod codigo codigos col colonia columna comentario comentarios completa completo condicion conf
confia confianza conjunto contacto contesta contesto control correo cp cual cuanta cuanto cuantos cuest cuestionario
curp cve data date datetime dato datos def denun depurada desacuerdo desconfianza despues dia diario dias dicc
diccionario dicotomica diferente direccion dis disp disposicion documento domicilio dominio dos dur duracion durante
edad edicion educacion efectivo ejemplo email empleo enc encuesta encuestado encuestador encuestas end ent
entidad entre entrevista entrevistado entrevistador entrevistadora entrevistas equipo esc escol escolaridad
especifique est estado estatal estatus estr estrato estudio estudios etapa etiqueta etiquetas export extra fac factor
falla falta familia fec fecha federal femenino fijo fin final firma fol folio folios forma formulario frec frecuencia
fuente genero geo gps grado grupo guardia hog hogar hoja hombre hora horas id identificador incompleta inf
informante ingreso ini inicial inicio insegura inseguro instrumento int integrantes intento intentos inter interview
interviewer jefe lat latitud levantamiento libro linea lineas lista llamada llamadas loc localidad longitud lugar mala
malo manera marcacion marcado mas masculino mayor mayores media medio medios menor menores menos mes meses metadatos
minutos misma mismo modo motivo movil mucha muchas mucho muchos mud muestra muestral muestreo mujer mun municipal
municipio muy nacional nada ninguna ninguno nivel nom nombre nombres nota notas nueva nuevo num numero nunca obs
observaciones ocup ocupacion omitida opcion opinion orden organo origen ot otra otras otro otros pag pagina pais parte
peor per periodo pers persona personal personas pert peso pesos piloto poblacion poca pocas poco pocos pond
ponderacion ponderador porcentaje portada posible preg pregunta preguntas primaria primero privada problema programa
prueba publica publico punto puntos queja rango razon rechazo recodificada record reg regimen region registro
registros relacion renglon res resp respuesta respuestas resul resultado resultados resumen rfc ronda sabe sec seccion
secuencia seg segmento segundo seguras seguridad seguro seguros sel semana sexo sheet si siempre sin sistema sobre
solo source start startdate status submitdate sup supervisada supervisado supervision supervisor tabla tal tam tamano
tanto tel telefonica telefono telefonos tema tercero texto tiempo time timestamp tipo todas todo todos token total
trabajo trimestre turno ultima ultimo unica unico unidad unidades uno upm uso usted usuario uuid va validacion valor
valores var variable veces verificacion verificada version vez vict viv vive vivienda vivt zona
"""
_NAMES_TOO = """
abril alba alma amor angel aurora bello blanca blanco bonilla bravo caballero calle campo campos cano casas castillo
cielo clara claro conde consuelo contreras corona cortes crespo cruz cuevas delgado dolores duarte duran esperanza
estrella fe felix flor flores franco fuentes gallo gloria gracia guerra guerrero heredia hidalgo hierro hurtado
iglesia iglesias jardin javier leal leon linda lobo lopez lozano luna luz madrid mar marin marina marta mayo mendez
mercado mercedes milagros monte montes mora moral morales moreno navarro nieves noriega pacheco palacios palma parra
pastor paz pena perla pilar pino plaza prado prieto puente ramos real rey reyes rico rio rios rivera robles roca rocio
rojas roman rosa rosario rosas rubio ruiz salas salud santa santo santos serrano sierra silva sol soledad soto toro
torre torres valle valles vega vera victoria vida villa zamora
"""
_STANDARD = """
error false falso inf infinity missing na nan nc nd nil no none nr ns null si total true verdadero
"""
_PHRASES = """
div 0
n a
n d
no aplica
no contesta
no contesto
no procede
no responde
no respondio
no sabe
no sabe no contesta
no sabe no responde
ns nc
sin dato
sin respuesta
"""
_NUMBERS = """
cero uno una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete
dieciocho diecinueve veinte veintiuno veintidos veintitres veinticuatro veinticinco veintiseis veintisiete veintiocho
veintinueve treinta cuarenta cincuenta sesenta setenta ochenta noventa cien
"""

# Beside others they tell nothing apart.
SMALL = frozenset(_SMALL.split())
# What stands for an answer, or for none, in any column.
STANDARD = frozenset(_STANDARD.split()) | frozenset(_PHRASES.strip().splitlines())
# Of ages and counts that somebody wrote out.
NUMBERS = frozenset(_NUMBERS.split())
# Headings, labels, sheets and files of deliveries.
WORDS = SMALL | frozenset(_WORDS.split())
# Words of questions that are first names, surnames or streets as well: what holds one is not shown for it.
NAMES_TOO = frozenset(_NAMES_TOO.split())
